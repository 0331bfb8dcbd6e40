"""The server of a thread: on loopback alone, and gone with its context."""

import socket

import psutil
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from indexer.resident.server import Server


def test_it_listens_on_loopback_and_ends_with_its_context() -> None:
    async def hello(request: Request) -> Response:
        return PlainTextResponse("hello")

    server = Server(Starlette(routes=[Route("/", hello)]), at_work=1)
    with server:
        assert server.alive
        mine = [each.laddr for each in psutil.Process().net_connections("tcp") if each.status == psutil.CONN_LISTEN]
        assert [address.ip for address in mine if address.port == server.port] == ["127.0.0.1"]
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as asking:
            asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert asking.makefile("rb").read().endswith(b"hello")
        port = server.port
    assert not server.alive
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)
