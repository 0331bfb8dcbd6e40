"""Readiness: one real request in each program's own protocol, over plain sockets where that is short.

A probe returns when the program answered as it should, and raises `NotReady` with what it saw otherwise.
"""

import socket
import struct
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
PATIENCE_S = 1.0
API_VERSIONS_REQUEST = 18


class NotReady(Exception):
    """The program does not answer its protocol (yet)."""


def broker(port: int) -> None:
    """Ask a Kafka broker for its API versions (request 18, version 0)."""
    name = b"probe"
    body = struct.pack(">hhih", API_VERSIONS_REQUEST, 0, 1, len(name)) + name
    answer = exchange(port, struct.pack(">i", len(body)) + body, 10)
    if struct.unpack(">ih", answer[4:10]) != (1, 0):
        raise NotReady(f"an answer that is not Kafka's: {answer!r}")


def redis(port: int) -> None:
    """PING a Redis server; it answers with an error while it still loads its log."""
    answer = exchange(port, b"PING\r\n", 5)
    if answer != b"+PONG":
        raise NotReady(f"PING was answered with {answer!r}")


def clickhouse(port: int) -> None:
    """Run a query on a ClickHouse server."""
    connection = HTTPConnection(HOST, port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/?query=SELECT%201")
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise NotReady(str(error)) from error
    finally:
        connection.close()
    if (answer.status, body) != (200, b"1\n"):
        raise NotReady(f"SELECT 1 was answered with {answer.status} {body[:200]!r}")


def milvus(port: int) -> None:
    """Call GetVersion on a Milvus server."""
    import grpc  # 80 ms, and needed by no other program

    with grpc.insecure_channel(f"{HOST}:{port}") as channel:
        call = channel.unary_unary("/milvus.proto.milvus.MilvusService/GetVersion")
        try:
            call(b"", timeout=PATIENCE_S)
        except grpc.RpcError as error:
            raise NotReady(f"GetVersion failed: {error.code().name}") from error


def exchange(port: int, request: bytes, length: int) -> bytes:
    """Send bytes and return the first `length` bytes of the answer."""
    answer = b""
    try:
        with socket.create_connection((HOST, port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            while len(answer) < length:
                piece = connection.recv(length - len(answer))
                if not piece:
                    raise NotReady(f"the connection ended after {answer!r}")
                answer += piece
    except OSError as error:
        raise NotReady(str(error)) from error
    return answer
