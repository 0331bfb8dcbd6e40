"""Whoever holds connections open, or leaves without a word, keeps nobody else from the embedded ClickHouse."""

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from embedded.clickhouse_engine import SLOTS
from stores.settings import Settings
from stores.warehouse import Warehouse

MANY = 80
"""More than the engine has handles, and more than a careless pool would have threads."""
LIMIT_S = 60.0


@contextmanager
def connected(stack: Settings) -> Iterator[socket.socket]:
    address = urlsplit(stack.clickhouse_url.get_secret_value())
    with socket.create_connection((address.hostname, address.port), timeout=LIMIT_S) as made:
        yield made


def head(stack: Settings, statement: str, length: int) -> bytes:
    address = urlsplit(stack.clickhouse_url.get_secret_value())
    login = base64.b64encode(f"{address.username or 'default'}:{address.password}".encode()).decode()
    path = f"/?query={statement.replace(' ', '%20')}"
    host = f"{address.hostname}:{address.port}"
    lines = (f"POST {path} HTTP/1.1", f"Host: {host}", f"Authorization: Basic {login}", f"Content-Length: {length}")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


@pytest.fixture
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    connection = Warehouse.connect(stack, timeout_s=LIMIT_S)
    connection.migrate()
    yield connection
    connection.close()


STOPS = {
    "nothing sent": b"",
    "half a request line": b"POST /?que",
    "headers without an end": b"POST / HTTP/1.1\r\nHost: x\r\n",
}


@pytest.mark.parametrize("how", [*STOPS, "within an INSERT", "before the query"])
def test_connections_that_stop_keep_nobody_out(stack: Settings, warehouse: Warehouse, how: str) -> None:
    """Catches a server that lends a handle, or a thread of a pool, before all of the request is there."""
    statement = "INSERT INTO forgetting FORMAT TSV" if how == "within an INSERT" else ""
    sent = STOPS.get(how) if how in STOPS else head(stack, statement, 1_000) + b"user\t"
    assert sent is not None
    with ExitStack() as held:
        for _ in range(MANY):
            held.enter_context(connected(stack)).sendall(sent)
        began = time.monotonic()
        assert warehouse.rows("SELECT 1 AS n") == [{"n": 1}]
        warehouse.insert("batches", {"topic": ["slots"], "events": [0]})
        assert time.monotonic() - began < LIMIT_S / 2
    assert warehouse.rows("SELECT count() AS n FROM forgetting") == [{"n": 0}], "half an INSERT stores nothing"


def test_queries_whose_client_left_give_their_slots_back(stack: Settings, warehouse: Warehouse) -> None:
    """Catches a server that computes for nobody: as many abandoned queries as there are slots stop everything."""
    endless = "SELECT sleepEachRow(1) FROM system.numbers SETTINGS max_block_size = 1 FORMAT Null"
    with ExitStack() as held:
        leaving = [held.enter_context(connected(stack)) for _ in range(SLOTS)]
        for each in leaving:
            each.sendall(head(stack, endless, 0))
        leaving[0].settimeout(0.5)
        with pytest.raises(TimeoutError):
            leaving[0].recv(1)  # it runs, and would for ever
    until = time.monotonic() + LIMIT_S
    running = (
        "SELECT count() AS n FROM system.processes WHERE query LIKE '%sleepEachRow%' AND query NOT LIKE '%processes%'"
    )
    while warehouse.rows(running) != [{"n": 0}]:
        assert time.monotonic() < until, "a query whose client is gone runs on"
        time.sleep(0.05)
    assert warehouse.rows("SELECT 1 AS n") == [{"n": 1}]


def test_there_are_fewer_handles_than_attackers() -> None:
    """Catches a number of slots that outgrew this file's: its tests would say nothing."""
    assert SLOTS < MANY
