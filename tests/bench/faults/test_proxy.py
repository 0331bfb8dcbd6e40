"""The proxy in front of the broker: it forwards, stalls, cuts and refuses."""

import socketserver
import threading
from collections.abc import Iterator
from socket import create_connection, socket

import pytest

from bench.faults.proxy import Proxy
from bench.stack import free_port


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(100):
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_proxy_forwards_stalls_cuts_and_refuses(echo: int) -> None:
    with Proxy(free_port(), echo) as proxy:
        with create_connection(("127.0.0.1", proxy.port), 5) as line:
            line.sendall(b"one")
            assert line.recv(10) == b"one"
            proxy.stalled = True
            line.sendall(b"two")
            line.settimeout(0.5)
            with pytest.raises(TimeoutError):
                line.recv(10)
            proxy.stalled = False
            line.settimeout(5)
            assert line.recv(10) == b"two"
            proxy.cut()
            assert _ended(line)
        proxy.refusing = True
        with create_connection(("127.0.0.1", proxy.port), 5) as line:
            assert _ended(line)


def _ended(line: socket) -> bool:
    try:
        return line.recv(10) == b""
    except ConnectionResetError:
        return True
