"""Slots: who stops midway takes none, and when all are taken the server says so."""

import http.client
import socket
import threading
import time
from contextlib import ExitStack

import pytest

from embedded import probes
from embedded.clickhouse_engine import SLOTS
from embedded.clickhouse_http import HEAD
from tests.embedded.asking import Address, ask
from tests.embedded.conftest import Start


def ping(address: Address) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
    connection.request("GET", "/ping")
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_clients_that_stop_within_an_insert_block_nobody(start: Start) -> None:
    _, address = start()
    ask(address, "CREATE TABLE k (a UInt64) ENGINE = MergeTree ORDER BY a")
    heads = (
        b"POST /?query=INSERT+INTO+k+FORMAT+CSV HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"1\n" * 3 * HEAD,
        b"POST /?query=INSERT+INTO+k+FORMAT+CSV HTTP/1.1\r\nContent-Length: 1000\r\n\r\n1\n2\n",
        b"POST /?query=INSERT+INTO+k+FORMAT+CSV HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nINSERT INTO k VALUES (1), (",
        b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nSELECT 1 + ",
        b"POST / HTTP/1.1\r\nContent-Le",
    )
    with ExitStack() as stalled:
        for number in range(7 * SLOTS):
            client = stalled.enter_context(socket.create_connection((address.host, address.port)))
            client.sendall(heads[number % len(heads)])
        time.sleep(0.5)
        begun = time.monotonic()
        assert ask(address, b"7\n", query="INSERT INTO k FORMAT CSV")[0] == 200
        assert ask(address, "SELECT sum(a), count() FROM k")[2] == b"7\t1\n"
        assert ping(address) == (200, b"Ok.\n")
        assert time.monotonic() - begun < 20
    assert ask(address, "SELECT sum(a), count() FROM k")[2] == b"7\t1\n"


@pytest.mark.thorough
def test_ping_tells_when_no_query_can_be_run(start: Start) -> None:
    _, address = start()
    assert ping(address)[0] == 200
    busy = [
        threading.Thread(target=ask, args=(address, "SELECT sleep(3), sleep(3)"), daemon=True) for _ in range(SLOTS)
    ]
    for thread in busy:
        thread.start()
    while (answer := ping(address))[0] == 200:
        assert any(thread.is_alive() for thread in busy), "it said Ok although all slots were taken"
    assert answer[0] == 503
    assert b"No query" in answer[1]
    for thread in busy:
        thread.join()
    assert ping(address)[0] == 200
    probes.exchange(address.port, b"GET /ping HTTP/1.0\r\n\r\n", 12)
