"""A query whose client is gone is killed, and its slot is free again."""

import socket
import threading
import time
from urllib.parse import quote

import pytest

from embedded.clickhouse_clients import Clients, is_gone
from tests.embedded.asking import Address, ask
from tests.embedded.conftest import Start

ENDLESS = (
    "SELECT sum(cityHash64(number)) FROM numbers(1000000000000)",
    "SELECT number FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
    "SELECT sleepEachRow(1) FROM numbers(1000) SETTINGS max_block_size = 1",
    "INSERT INTO k SELECT number FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
)


def test_gone_is_who_closed_and_nobody_else() -> None:
    here, there = socket.socketpair()
    with here:
        assert not is_gone(here)
        there.sendall(b"the next request")
        assert not is_gone(here)
        here.recv(100)
        there.close()
        assert is_gone(here)
    assert is_gone(here)


def test_a_failing_kill_is_tried_again_and_an_ended_query_is_left_alone() -> None:
    killed: list[str] = []

    def kill(mark: str) -> None:
        killed.append(mark)
        raise RuntimeError("not now")

    clients = Clients(kill, every_s=0.02)
    clients.start()
    here, there = socket.socketpair()
    with here:
        with clients.watched("a", here):
            there.close()
            end = time.monotonic() + 60
            while len(killed) < 2 and time.monotonic() < end:
                time.sleep(0.01)
        assert set(killed) == {"a"}
        time.sleep(0.05)
        before = len(killed)
        time.sleep(0.1)
        assert len(killed) == before
    clients.stop()


def test_a_handle_is_not_lent_again_while_a_kill_meant_for_it_is_under_way() -> None:
    """Catches a kill that hits the next query of the handle: its client is still there."""
    begun, go, events = threading.Event(), threading.Event(), list[str]()

    def kill(mark: str) -> None:
        begun.set()
        assert go.wait(60)
        events.append("killed")

    clients = Clients(kill, every_s=0.01)
    clients.start()
    here, there = socket.socketpair()

    def serve() -> None:
        with here, clients.watched("a", here):
            there.close()
            assert begun.wait(60)
        events.append("lent again")

    serving = threading.Thread(target=serve)
    serving.start()
    assert begun.wait(60)
    with socket.socket() as other, clients.watched("b", other):
        pass  # others need not wait
    serving.join(0.2)
    assert serving.is_alive()
    go.set()
    serving.join(60)
    assert events == ["killed", "lent again"]
    clients.stop()


@pytest.mark.thorough
@pytest.mark.parametrize("sql", ENDLESS)
def test_a_query_ends_with_its_client(start: Start, sql: str) -> None:
    _, address = start()
    ask(address, "CREATE TABLE k (a UInt64) ENGINE = MergeTree ORDER BY a")
    with socket.create_connection((address.host, address.port)) as client:
        client.sendall(b"POST /?query=%s HTTP/1.1\r\nContent-Length: 0\r\n\r\n" % quote(sql).encode())
        assert running(address, 1)
    assert running(address, 0)


def running(address: Address, count: int) -> bool:
    """Wait until so many queries run beside the one that asks."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if ask(address, "SELECT count() - 1 FROM system.processes")[2] == b"%d\n" % count:
            return True
        time.sleep(0.1)
    return False
