"""What the embedded stack's tests share: ClickHouse servers as processes of their own, tables in the stack's, and
somebody else's server."""

import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from embedded import control, ports, probes
from stores.settings import Settings
from tests.embedded.asking import Address, address_of, ask

Started = tuple[subprocess.Popen[bytes], Address]
Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers on one data directory, and end them with the test."""
    begun: list[subprocess.Popen[bytes]] = []

    def one(
        *options: str, path: Path = tmp_path / "a path", prefix: tuple[str, ...] = ()
    ) -> tuple[subprocess.Popen[bytes], Address]:
        port = ports.free(set())
        command = [*prefix, sys.executable, "-m", "embedded.clickhouse_server", "--path", str(path), *options]
        process = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL)
        begun.append(process)
        until = time.monotonic() + 30
        while True:
            try:
                probes.exchange(port, b"GET /ping HTTP/1.0\r\n\r\n", 12)
            except probes.NotReady:
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return process, Address("127.0.0.1", port)

    yield one
    for process in begun:
        process.kill()
        process.wait()


@pytest.fixture
def address(stack: Settings) -> Address:
    """The session's ClickHouse."""
    return address_of(stack)


@pytest.fixture
def database(address: Address) -> Iterator[str]:
    """A database of the test's own."""
    name = "d" + uuid.uuid4().hex[:10]
    ask(address, f"CREATE DATABASE {name}")
    yield name
    ask(address, f"DROP DATABASE {name}")


@pytest.fixture
def taken() -> Iterator[int]:
    """A loopback port on which someone else listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a space in its path; whatever runs in it is stopped with the test and known by its environment."""
    home = tmp_path / "a home"
    monkeypatch.setenv("TEST_HOME", str(home))
    yield home
    control.down(home, timeout=20)


@pytest.fixture
def called() -> Iterator[tuple[int, list[str]]]:
    """A server of somebody else's, and who called it."""
    calls: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_error(404)

        do_POST = do_HEAD = do_PUT = do_GET

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], calls
    server.shutdown()
    server.server_close()
