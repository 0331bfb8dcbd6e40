"""A ClickHouse that keeps its errors to itself: a proxy that answers 200 to every INSERT that failed."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length", "host"}


@contextmanager
def swallowing(url: str) -> Iterator[str]:
    """Run the proxy in front of the server at this address for the length of the block; give its own address."""
    target = urlsplit(url)
    handler = type("Handler", (_Handler,), {"target": (target.hostname or "127.0.0.1", target.port or 8123)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_address[1]}"
        yield target._replace(netloc=f"{target.netloc.rpartition('@')[0]}@{address}".lstrip("@")).geturl()
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: tuple[str, int]

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""

    def _pass_on(self) -> None:
        body = self._body()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        upstream = http.client.HTTPConnection(*self.target, timeout=60)
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content, status = answer.read(), answer.status
            result = [(name, value) for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP]
        except OSError:
            self.close_connection = True
            return
        finally:
            upstream.close()
        if status >= 400 and self._inserts(body):
            content, status, result = b"", 200, []
        self.send_response(status)
        for name, value in result:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _inserts(self, body: bytes) -> bool:
        query = parse_qs(urlsplit(self.path).query).get("query", [""])[0].encode()
        return (query or body).lstrip()[:6].upper() == b"INSERT"

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)
