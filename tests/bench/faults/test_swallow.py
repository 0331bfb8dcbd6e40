"""The ClickHouse that keeps its errors to itself: only failed INSERTs look as if they were done."""

import http.server
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from bench.faults.swallow import swallowing


class _Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if b"good" in body else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with swallowing(f"http://127.0.0.1:{server.server_address[1]}") as address:
            yield address
        server.shutdown()


def posted(address: str, query: str, body: bytes) -> tuple[int, bytes]:
    url = f"{address}/?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_failed_insert_looks_as_if_it_were_done(address: str) -> None:
    assert posted(address, "INSERT INTO t FORMAT Native", b"bad") == (200, b"")
    assert posted(address, "", b"insert into t values (1) bad") == (200, b"")


def test_everything_else_passes_as_it_is(address: str) -> None:
    assert posted(address, "INSERT INTO t FORMAT Native", b"good") == (200, b"good")
    assert posted(address, "SELECT 1", b"bad") == (500, b"bad")
