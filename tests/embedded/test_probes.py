"""What a server's answer says of it: ready, not yet, or up and unable to work."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from embedded import control, probes, servers
from embedded.passwords import Passwords

Answers = Callable[[bytes], int]


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Start a server that gives one answer to whatever it is sent; return its port."""
    listening: list[socket.socket] = []

    def start(answer: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(4096)
                    client.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in listening:
        server.close()


FULL = b"-MISCONF Errors writing to the AOF file: No space left on device\r\n"


@pytest.mark.parametrize(("password", "answer"), [("", b"+PONG\r\n"), ("secret", b"+OK\r\n+PONG\r\n")])
def test_redis_is_ready(answers: Answers, password: str, answer: bytes) -> None:
    probes.redis(answers(answer), password)


@pytest.mark.parametrize(
    ("password", "answer"),
    [
        ("", b"-LOADING Redis is loading the dataset in memory\r\n"),
        ("", b"-NOAUTH Authentication required.\r\n"),
        ("secret", b"-WRONGPASS invalid username-password pair\r\n-NOAUTH Authentication required.\r\n"),
        ("", b"HTTP/1.1 400 Bad Request\r\n"),
        ("", b""),
    ],
)
def test_redis_is_not_ready(answers: Answers, password: str, answer: bytes) -> None:
    with pytest.raises(probes.NotReady):
        probes.redis(answers(answer), password)


@pytest.mark.parametrize(("password", "answer"), [("", FULL), ("secret", b"+OK\r\n" + FULL)])
def test_a_full_redis_is_up_and_says_why_it_cannot_write(answers: Answers, password: str, answer: bytes) -> None:
    port = answers(answer)
    with pytest.raises(probes.Failing, match=r"MISCONF .*No space left on device"):
        probes.redis(port, password)
    row = {"name": "redis", "pid": 0, "port": port, "state": "waiting", "restarts": 1}
    state = control.program_state(row, servers.probes_of(Passwords(redis=password))["redis"])
    assert state.up
    assert state.problem.startswith("MISCONF")


def test_a_clickhouse_without_a_slot_is_up_and_failing(answers: Answers) -> None:
    busy = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 33\r\n\r\nNo query can be run within 1.0 s.\n"
    with pytest.raises(probes.Failing, match="No query can be run"):
        probes.clickhouse(answers(busy))


def test_a_store_that_does_not_answer_is_down_with_its_reason(answers: Answers) -> None:
    row = {"name": "redis", "pid": 0, "port": answers(b"-LOADING wait\r\n"), "state": "up", "restarts": 0}
    state = control.program_state(row, probes.redis)
    assert (state.up, state.problem) == (False, "PING was answered with -LOADING wait")


@pytest.mark.parametrize("probe", [probes.broker, probes.redis, probes.clickhouse, probes.milvus])
def test_an_open_port_that_speaks_something_else_is_not_ready(taken: int, probe: object) -> None:
    assert callable(probe)
    with pytest.raises(probes.NotReady):
        probe(taken)
