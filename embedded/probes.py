"""Readiness: one real request in each program's own protocol, over plain sockets where that is short.

A probe returns when the program answered as it should. It raises `Failing` when the program answers that it cannot work
now, and `NotReady` with what it saw otherwise.
"""

import socket
import struct
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
PATIENCE_S = 1.0
CLICKHOUSE_PATIENCE_S = 3.0
"""Longer than the second in which the server itself finds out whether it can run a query."""
API_VERSIONS_REQUEST = 18


class NotReady(Exception):
    """The program does not answer its protocol (yet)."""


class Failing(Exception):
    """The program runs and answers, but says that it cannot do its work; the message is its reason."""


def broker(port: int) -> None:
    """Ask a Kafka broker for its API versions (request 18, version 0)."""
    name = b"probe"
    body = struct.pack(">hhih", API_VERSIONS_REQUEST, 0, 1, len(name)) + name
    answer = exchange(port, struct.pack(">i", len(body)) + body, 10)
    if struct.unpack(">ih", answer[4:10]) != (1, 0):
        raise NotReady(f"an answer that is not Kafka's: {answer!r}")


def redis(port: int, password: str = "") -> None:
    """PING a Redis server; while it loads its log it is not ready, when its disk is full it is up and failing."""
    if password:
        lines = exchange_lines(port, f"AUTH {password}\r\nPING\r\n".encode(), 2)
        if lines[0] != "+OK":
            raise NotReady(f"AUTH was answered with {lines[0]}")
    else:
        lines = exchange_lines(port, b"PING\r\n", 1)
    if lines[-1].startswith(("-MISCONF", "-OOM", "-READONLY", "-BUSY")):
        raise Failing(lines[-1].lstrip("-"))
    if lines[-1] != "+PONG":
        raise NotReady(f"PING was answered with {lines[-1]}")


def clickhouse(port: int, password: str = "") -> None:
    """Run a query on a ClickHouse server; one that has no slot for it is up and failing."""
    connection = HTTPConnection(HOST, port, timeout=CLICKHOUSE_PATIENCE_S)
    try:
        connection.request("GET", "/ping")
        alive = connection.getresponse()
        reason = alive.read().decode(errors="replace").strip()
        if alive.status == 503:
            raise Failing(reason)
        connection.request("GET", "/?query=SELECT%201", headers={"X-ClickHouse-Key": password} if password else {})
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


def exchange_lines(port: int, request: bytes, count: int) -> list[str]:
    """Send bytes and return the first `count` lines of the answer, fewer when the connection ended; at least one."""
    answer = b""
    try:
        with socket.create_connection((HOST, port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            while answer.count(b"\r\n") < count and len(answer) < 4096 and (piece := connection.recv(1024)):
                answer += piece
    except OSError as error:
        raise NotReady(str(error)) from error
    if b"\r\n" not in answer:
        raise NotReady(f"the connection ended after {answer!r}")
    return answer.decode(errors="replace").split("\r\n")[:count]


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
