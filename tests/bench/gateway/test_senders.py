"""The clients that the gateway's benchmark measures with: every event once, each with an id of its own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from bench.gateway.senders import Sent, batches, send
from operations.events import Problem, read_events
from tests.gateway.world import NOW


class Taking(BaseHTTPRequestHandler):
    """Takes bodies, but refuses each one the first time when it is told to."""

    bodies: list[bytes]
    refused: set[bytes] | None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        first = self.refused is not None and body not in self.refused
        if first:
            assert self.refused is not None
            self.refused.add(body)
        else:
            self.bodies.append(body)
        answer = orjson.dumps({"accepted": len(body.splitlines())})
        self.send_response(503 if first else 202)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Taking.bodies, Taking.refused = [], None
    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


def test_bodies_are_real_events_with_ids_of_their_own() -> None:
    bodies = batches("acme", "r", 25, 10)
    events = [event for body in bodies for event in read_events(body.splitlines(), NOW.replace(year=2100))]
    assert [len(body.splitlines()) for body in bodies] == [10, 10, 5]
    assert not [event for event in events if isinstance(event, Problem)]
    assert len({getattr(event, "event_id", None) for event in events}) == 25


def test_every_body_is_sent_once(server: str) -> None:
    bodies = batches("acme", "r", 70, 10)
    sent = send(lambda: server, "k", bodies, clients=3)
    assert sorted(Taking.bodies) == sorted(bodies)
    assert (sent.events, len(sent.milliseconds), sent.tried_again) == (70, 7, 0)


def test_what_is_not_taken_is_sent_again_or_ends_the_measuring(server: str) -> None:
    Taking.refused = set()
    bodies = batches("acme", "r", 30, 10)
    sent = send(lambda: server, "k", bodies, clients=2, until_taken=True)
    assert sorted(Taking.bodies) == sorted(bodies)
    assert (sent.events, sent.tried_again) == (30, 3)
    Taking.refused = set()
    with pytest.raises(ConnectionError, match="503"):
        send(lambda: server, "k", bodies, clients=2)


def test_figures() -> None:
    sent = Sent(2.0, 100, 0, [1.0, 2.0, 3.0, 4.0])
    assert (sent.per_s, sent.at(50)) == (50.0, 2.5)
