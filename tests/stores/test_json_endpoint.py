"""An address that is sent JSON; the clients' tests try more of what it answers with."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from stores.errors import Misconfigured, Refused, Retryable
from stores.json_endpoint import JsonEndpoint
from tests.stores.chat_server import ChatServer, chatting

SECRET = "sk-this-is-the-secret"
ASKED = {"messages": [{}, {"content": "hello"}]}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chatting() as found:
        yield found


def endpoint(server: ChatServer, whole_s: float = 5.0, rest_s: float = 0.0) -> JsonEndpoint:
    return JsonEndpoint(
        f"{server.url}/x", "chat_keys", read_s=whole_s, whole_s=whole_s, rest_s=rest_s, most_bytes=1_000
    )


def test_a_key_of_one_kind_goes_to_its_host_and_is_in_no_error(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEWHEEL_EMBEDDING_KEYS", json.dumps({"127.0.0.1": "another"}))
    endpoint(server).post(ASKED)
    assert "Authorization" not in server.headers[-1], "it is no key of a language model"
    monkeypatch.setenv("TIDEWHEEL_CHAT_KEYS", json.dumps({"127.0.0.1": SECRET, "api.example.com": "third"}))
    endpoint(server).post(ASKED)
    assert server.headers[-1]["Authorization"] == f"Bearer {SECRET}"
    for status, kind in ((401, Misconfigured), (400, Refused), (500, Retryable)):
        server.instead.append((status, f"no good: Bearer {SECRET}".encode()))
        with pytest.raises(kind) as error:
            endpoint(server).post(ASKED)
        assert "no good: Bearer (the key)" in str(error.value)
        assert SECRET not in str(error.value)
    server.instead.append((401, b"no"))
    with pytest.raises(Misconfigured, match="TIDEWHEEL_CHAT_KEYS"):
        endpoint(server).post(ASKED)


def test_it_follows_no_redirect_waits_no_longer_than_told_and_reads_no_more_than_told(server: ChatServer) -> None:
    server.instead += [(302, b""), (200, b"x" * 2_000)]
    for said in ("answered 302", "more than 1,000 bytes"):
        with pytest.raises(Refused, match=said):
            endpoint(server).post(ASKED)
    server.waits_s = 2.0
    began = time.monotonic()
    with pytest.raises(Retryable, match=r"127\.0\.0\.1"):
        endpoint(server, whole_s=0.2).post(ASKED)
    assert time.monotonic() - began < 1.5


@contextmanager
def dripping(first: bytes, drop: bytes, drops: int = 40) -> Iterator[str]:
    """Serve an answer that begins at once and then comes in drops, ten a second."""

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(first)
            for _ in range(drops):
                connection.sendall(drop)
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                answer(server.accept()[0])

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        thread.join()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"{"),
    ],
    ids=["not yet", "header", "chunk", "body"],
)
def test_an_answer_that_comes_in_drops_is_not_waited_for_longer_than_told(first: bytes, drop: bytes) -> None:
    with dripping(first, drop) as address:
        one = JsonEndpoint(address, "chat_keys", read_s=0.5, whole_s=0.5, rest_s=0.0, most_bytes=1_000)
        began = time.monotonic()
        with pytest.raises(Retryable, match=r"127\.0\.0\.1 has not answered within 0\.5 s"):
            one.post(ASKED)
        assert time.monotonic() - began < 1.5


def test_it_rests_after_a_failure_for_as_long_as_it_was_told(server: ChatServer) -> None:
    for rest, asked in ((0.0, 2), (60.0, 1)):
        server.asked.clear()
        server.instead[:] = [(503, b"busy")] * 2
        one = endpoint(server, rest_s=rest)
        for _ in range(2):
            with pytest.raises(Retryable, match="busy"):
                one.post(ASKED)
        assert len(server.asked) == asked
