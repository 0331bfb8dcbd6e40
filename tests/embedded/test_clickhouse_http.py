"""A client that falls silent within its request is let go, and nothing of it is stored."""

import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from embedded import clickhouse_disk, clickhouse_http
from embedded.clickhouse_access import Access
from embedded.clickhouse_handle import Result
from embedded.clickhouse_http import Handler
from embedded.clickhouse_sql import Statement
from tests.embedded.asking import Address, ask, code


class Full:
    """Stands for an engine whose disk is full by the time that an INSERT is written."""

    version, timezone, path = "1", "UTC", Path("/tmp")

    def __init__(self) -> None:
        self.written = list[bytes]()

    def handle(self, *_: object) -> AbstractContextManager["Full"]:
        return nullcontext(self)

    def check_insert(self, *_: object) -> None:
        pass

    def insert(self, statement: Statement, path: str, parameters: object) -> Result:
        self.written.append(Path(path).read_bytes())
        return Result(b"", {})

    mark = "m"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits for a tenth of a second, and whose engine nobody may reach."""
    monkeypatch.setattr(clickhouse_http, "SILENT_S", 0.1)
    monkeypatch.setattr(Handler, "timeout", 0.1)
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.access = Access("127.0.0.1")
    server.engine = SimpleNamespace(path="/tmp", version="1", timezone="UTC")
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"POST /?query=INSERT+INTO+k+FORMAT+CSV HTTP/1.1\r\nContent-Length: 9\r\n\r\n1\n", b"HTTP/1.1 408 "),
        (b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\nSELECT 1 +", b"HTTP/1.1 408 "),
        (b"POST / HTTP/1.1\r\nConte", b""),
        (b"", b""),
    ],
)
def test_silence_ends_a_connection(port: int, request_: bytes, answer: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(request_)
        begun, received = time.monotonic(), b""
        while piece := client.recv(4096):
            received += piece
    assert received.startswith(answer)
    assert bool(received) == bool(answer)
    assert (b"X-ClickHouse-Exception-Code: 209" in received) == bool(answer)
    assert time.monotonic() - begun < 20


def test_an_insert_that_was_written_on_a_full_disk_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clickhouse_disk, "free", lambda path: clickhouse_disk.FULL - 1)
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.access, server.engine = Access("127.0.0.1"), Full()
    server.clients = SimpleNamespace(watched=lambda mark, connection: nullcontext())
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        answer = ask(Address("127.0.0.1", server.server_address[1]), b"1\n", query="INSERT INTO k FORMAT CSV")
    finally:
        server.shutdown()
        server.server_close()
    assert (code(answer), server.engine.written) == ((500, "243"), [b"1\n"])
