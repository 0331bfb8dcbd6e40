"""The ClickHouse server as a process of its own: killed, stopped, limited, protected by a password."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.embedded.asking import ask
from tests.embedded.conftest import Start


def test_acknowledged_inserts_outlive_kill_9_and_a_stop_is_clean(start: Start) -> None:
    process, address = start()
    ask(address, "CREATE TABLE k (a UInt64) ENGINE = MergeTree ORDER BY a")
    for number in range(50):
        assert ask(address, f"INSERT INTO k SELECT number + {number * 100} FROM numbers(100)")[0] == 200
    process.kill()
    process.wait()
    process, address = start()
    assert ask(address, "SELECT count(), uniqExact(a) FROM k")[2] == b"5000\t5000\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.mark.thorough
def test_a_running_query_is_answered_before_the_stop(start: Start) -> None:
    process, address = start()
    client = subprocess.Popen(
        ["curl", "-sS", f"http://127.0.0.1:{address[1]}/?query=SELECT+sleep(3)"], stdout=subprocess.PIPE
    )
    running = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleep(%'"
    until = time.monotonic() + 60
    while ask(address, running)[2] != b"1\n":
        assert client.poll() is None, "the query ended before it was seen running"
        assert time.monotonic() < until, "the query was never seen running"
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert client.communicate(timeout=60)[0] == b"0\n"
    assert process.wait(60) == 0


@pytest.mark.thorough
def test_memory_is_bounded_and_the_server_goes_on(start: Start) -> None:
    process, address = start("--memory-mib", "600")
    status, headers, _ = ask(address, "SELECT length(groupArray(number)) FROM numbers(100000000)")
    assert (status, headers["x-clickhouse-exception-code"]) == (500, "241")
    assert ask(address, "SELECT 1")[2] == b"1\n"
    assert process.poll() is None


def test_a_password_is_asked_for_when_one_is_set(start: Start, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    _, address = start("--user", "u", "--password-file", str(tmp_path / "password"))
    assert ask(address, "SELECT 1")[0] == 403
    assert ask(address, "SELECT 1", {"X-ClickHouse-User": "u", "X-ClickHouse-Key": "wrong"})[0] == 403
    assert ask(address, "SELECT 1", {"X-ClickHouse-User": "u", "X-ClickHouse-Key": "secret"})[2] == b"1\n"
    assert ask(address, "SELECT 1", {"Authorization": "Basic dTpzZWNyZXQ="})[2] == b"1\n"
    assert ask(address, "SELECT 1", user="u", password="secret")[2] == b"1\n"
