"""The gateway as a target: what refuses an event for good, and what only makes it wait."""

import gzip
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.tidewheel_sdk.targets import opened
from tidewheel_sdk.errors import Away
from tidewheel_sdk.http_target import HttpTarget
from tidewheel_sdk.targets import Verdict
from tidewheel_sdk.wire import Item, item

Answer = tuple[int, dict[str, str], Any]


class Gateway(BaseHTTPRequestHandler):
    """Answers as it is told, and keeps what it was sent."""

    protocol_version = "HTTP/1.1"
    answer: Callable[[list[dict[str, Any]]], Answer]
    asked: list[tuple[str, dict[str, str], list[dict[str, Any]]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
        events = json.loads(body)
        headers = {name.lower(): content for name, content in self.headers.items()}
        Gateway.asked.append((self.path, headers, events))
        status, more, content = Gateway.answer(events)
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(text)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = more.get("connection") == "close" or self.close_connection

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def receipt(events: list[dict[str, Any]]) -> Answer:
    items = [{"index": at, "line": 1, "status": "accepted", "event_id": e["event_id"]} for at, e in enumerate(events)]
    return 202, {}, {"accepted": len(items), "refused": 0, "items": items}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as made:
        made.daemon_threads = True
        thread = Thread(target=lambda: made.serve_forever(0.01))
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


@pytest.fixture
def target(server: str) -> Iterator[HttpTarget]:
    Gateway.answer, Gateway.asked = receipt, []
    made = HttpTarget(f"{server}/behind/a/proxy/", "tw_1_secret")
    yield made
    made.close()


def items(*ids: str) -> list[Item]:
    return [item(opened(each)) for each in ids]


def test_a_batch_is_an_array_with_the_key_and_its_verdicts_come_back(target: HttpTarget) -> None:
    assert target.send(items("a", "b")) == [Verdict(True), Verdict(True)]
    ((path, headers, events),) = Gateway.asked
    assert (path, headers["authorization"]) == ("/behind/a/proxy/v1/events", "Bearer tw_1_secret")
    assert [event["event_id"] for event in events] == ["a", "b"]
    assert "secret" not in target.name


def test_a_large_batch_is_packed(target: HttpTarget) -> None:
    assert len(target.send(items(*map(str, range(100))))) == 100
    assert Gateway.asked[0][1]["content-encoding"] == "gzip"


@pytest.mark.parametrize("status", [202, 422])
def test_what_the_gateway_refuses_is_refused_and_what_it_cuts_is_named(target: HttpTarget, status: int) -> None:
    found = [
        {"index": 1, "status": "refused", "reason": "user: no"},
        {"index": 0, "status": "accepted", "cut": ["title"]},
    ]
    Gateway.answer = lambda events: (status, {}, {"items": found})
    assert target.send(items("a", "b")) == [Verdict(True, "", ("title",)), Verdict(False, "user: no")]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 415, 429, 500, 502, 503, 200])
def test_what_people_can_mend_refuses_nothing(target: HttpTarget, status: int) -> None:
    Gateway.answer = lambda events: (status, {"retry-after": "7"}, {"detail": "the key is revoked"})
    with pytest.raises(Away, match=rf"{status}: the key is revoked") as away:
        target.send(items("a"))
    assert away.value.retry_after_s == 7.0
    assert "secret" not in str(away.value)


@pytest.mark.parametrize(
    "content",
    [{}, [], b"<html>", {"items": []}, {"items": [{"index": 5, "status": "accepted"}]}, {"items": [{"index": 0}]}],
)
def test_an_answer_that_is_no_receipt_counts_for_nothing(target: HttpTarget, content: object) -> None:
    Gateway.answer = lambda events: (202, {}, content)
    with pytest.raises(Away):
        target.send(items("a"))


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html", b"<h1>The plain HTTP request was sent to HTTPS port</h1>"),
        ("application/json", {"detail": [{"loc": ["body"], "msg": "no event of this service's"}]}),
    ],
)
@pytest.mark.parametrize("ids", ["a", "abcde"])
def test_what_another_server_answers_refuses_nothing(
    target: HttpTarget, status: int, kind: str, content: object, ids: str
) -> None:
    Gateway.answer = lambda events: (status, {"content-type": kind}, content)
    with pytest.raises(Away, match=str(status)):
        target.send(items(*ids))


def test_a_request_that_came_damaged_refuses_nothing(target: HttpTarget) -> None:
    answer = {"content-type": "application/problem+json"}, {"detail": "the gzip data are damaged"}
    Gateway.answer = lambda events: (400, *answer)
    with pytest.raises(Away, match="damaged"):
        target.send(items("a"))


@pytest.mark.parametrize(("status", "kind"), [(413, "text/html"), (422, "application/problem+json; charset=utf-8")])
def test_the_one_event_that_is_to_blame_is_found_and_the_others_are_taken(
    target: HttpTarget, status: int, kind: str
) -> None:
    def answer(events: list[dict[str, Any]]) -> Answer:
        if any(event["event_id"] == "c" for event in events):
            return status, {"content-type": kind}, {"detail": "too large"}
        return receipt(events)

    Gateway.answer = answer
    accepted = [verdict.accepted for verdict in target.send(items(*"abcde"))]
    assert accepted == [True, True, False, True, True]


def test_a_kept_connection_that_was_closed_is_opened_again(target: HttpTarget) -> None:
    def closing(events: list[dict[str, Any]]) -> Answer:
        status, _, content = receipt(events)
        return status, {"connection": "close"}, content

    Gateway.answer = closing
    for _ in range(3):
        assert target.send(items("a")) == [Verdict(True)]
    Gateway.answer = receipt
    target.send(items("b"))
    assert target._connection is not None
    assert target._connection.sock is not None
    target._connection.sock.close()
    assert target.send(items("c")) == [Verdict(True)]


def test_nobody_there_is_away() -> None:
    with pytest.raises(Away, match="does not answer"):
        HttpTarget("http://127.0.0.1:1", "tw_1_secret").send(items("a"))


def test_a_key_without_tls_to_another_machine_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    HttpTarget("http://search.example", "tw_1_secret")
    assert "without TLS" in caplog.text
    assert "secret" not in caplog.text
    caplog.clear()
    HttpTarget("https://search.example", "tw_1_secret")
    HttpTarget("http://localhost:1", "tw_1_secret")
    assert caplog.text == ""
