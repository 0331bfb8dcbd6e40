"""The stack as processes: started, looked at, restarted, stopped, and gone however its supervisor ends."""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from embedded import control, ports
from embedded.servers import STORES, Service
from stores.errors import Misconfigured
from tests.embedded.stacks import SLEEPER, family, query, start, states, until


@pytest.mark.slow
def test_up_status_restart_and_down(home: Path) -> None:
    begun = time.monotonic()
    endpoints = start(home, Service("sleeper", SLEEPER, {"COLOUR": "blue"}))
    assert time.monotonic() - begun < 30
    stack = json.loads((home / "stack.json").read_text())
    assert {name: stack[name] for name in endpoints} == endpoints
    assert stack["started_at"]
    assert set(stack["pids"]) == {*STORES, "sleeper"}
    # A service that has just been started may not have read its program yet: its memory is still next to nothing.
    assert until(lambda: all(state.up and state.memory_mib > 1 for state in states(home).values()))
    found = states(home)
    assert list(found) == ["supervisor", *STORES, "sleeper"]
    assert psutil.Process(found["sleeper"].pid).environ()["COLOUR"] == "blue"

    query(endpoints, "CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a")
    query(endpoints, "INSERT INTO kept VALUES (1)")
    for name in ("clickhouse", "sleeper", "redis", "broker", "milvus"):
        os.kill(found[name].pid or 0, signal.SIGKILL)
    assert until(lambda: all(s.up and s.restarts == 1 for n, s in states(home).items() if n != "supervisor"))
    again = states(home)
    assert {n: s.port for n, s in again.items()} == {n: s.port for n, s in found.items()}
    assert query(endpoints, "SELECT * FROM kept") == b"1\n"
    log = (home / "logs" / "supervisor.log").read_text()
    assert "clickhouse ended (signal SIGKILL)" in log
    assert "all topics, messages and group offsets are gone" in log
    assert json.loads((home / "stack.json").read_text())["pids"]["redis"] == again["redis"].pid

    assert control.down(home) is True
    assert control.down(home) is False
    assert family(home) == []
    assert control.status(home) == []
    assert not (home / "stack.json").exists()
    assert start(home) == endpoints, "the ports are remembered"
    assert query(endpoints, "SELECT * FROM kept") == b"1\n"


@pytest.mark.slow
def test_two_stacks_live_side_by_side_but_not_in_one_home(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "another home"
    first = start(home)
    try:
        second = start(other)
        assert not set(first.values()) & set(second.values())
        query(first, "CREATE TABLE only_here (a UInt8) ENGINE = Memory")
        assert query(second, "EXISTS only_here") == b"0\n"
        with pytest.raises(Misconfigured, match=rf"process {states(home)['supervisor'].pid}.* already runs in"):
            start(home)
        assert states(home)["clickhouse"].up
    finally:
        control.down(other)


def test_only_loopback_is_listened_on(home: Path) -> None:
    start(home)
    listening = [
        (process.name(), connection.laddr.ip)
        for process in family(home)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= len(STORES)
    assert {ip for _, ip in listening} <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


@pytest.mark.thorough
def test_a_taken_port_is_named_before_anything_starts(home: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"milvus: port {port} is taken"):
            start(home, ports={"milvus": port})
    assert family(home) == []
    endpoints = start(home, ports={"milvus": port})
    assert endpoints["milvus_uri"].endswith(f":{port}")


@pytest.mark.thorough
def test_a_part_that_cannot_start_is_shown_with_its_last_words(home: Path) -> None:
    start(home)
    control.down(home)
    (home / "data" / "redis" / "appendonly.aof").write_text("this is no append-only file\r\n")
    with pytest.raises(Misconfigured) as caught:
        start(home)
    assert "redis did not come up: it ended (exit code 1)" in str(caught.value)
    assert "Bad file format reading the append only file" in str(caught.value)
    assert "move" in str(caught.value)
    assert family(home) == []
    assert not (home / "stack.json").exists()


@pytest.mark.thorough
def test_a_missing_program_and_a_home_that_is_a_file_are_named(home: Path, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="absent: the program /no/such/program is missing"):
        start(home, Service("absent", ("/no/such/program",)))
    assert family(home) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="cannot be used"):
        start(tmp_path / "file")


def test_unknown_parts_have_no_port(home: Path) -> None:
    with pytest.raises(Misconfigured, match="kafka"):
        start(home, ports={"kafka": ports.free(set())})


@pytest.mark.thorough
def test_it_is_up_when_its_services_say_so(home: Path) -> None:
    """`start` returns after the last service said that it is ready, and not before."""
    late = (
        "import time, pathlib, sys; from stores import settings; time.sleep(1.5); "
        "pathlib.Path(sys.argv[1]).write_text('at work'); settings.say_ready(); time.sleep(600)"
    )
    at_work = home.parent / "at work"
    start(home, Service("late", (sys.executable, "-c", late, str(at_work)), says_ready=True))
    assert at_work.exists()
    assert states(home)["late"].up
    control.down(home)
    at_work.unlink()
    start(home, Service("late", (sys.executable, "-c", late, str(at_work)), says_ready=True))
    assert at_work.exists(), "what the last run said is not this one's word"


def test_a_service_that_dies_before_it_is_ready_is_named_with_its_last_words(home: Path) -> None:
    dying = "import sys; print('first'); print('the lock is held by another'); sys.exit(78)"
    ready = "from stores import settings; import time; settings.say_ready(); time.sleep(600)"
    with pytest.raises(Misconfigured) as caught:
        start(
            home,
            Service("fine", (sys.executable, "-c", ready), says_ready=True),
            Service("dying", (sys.executable, "-c", dying), says_ready=True),
        )
    assert "dying did not come up: it ended (exit code 78): the lock is held by another" in str(caught.value)
    assert family(home) == []
    assert not (home / "stack.json").exists()


def test_a_service_that_never_is_ready_is_named(home: Path) -> None:
    with pytest.raises(Misconfigured, match="sleeper did not come up: it does not say that it is ready after 1 s"):
        start(home, Service("sleeper", SLEEPER, says_ready=True, start_s=1.0))
    assert family(home) == []


@pytest.mark.thorough
def test_passwords_outlive_a_restart_and_a_kill(home: Path) -> None:
    endpoints = start(home)
    query(endpoints, "CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a")
    os.kill(states(home)["supervisor"].pid or 0, signal.SIGKILL)
    assert until(lambda: not (home / "stack.json").exists() and not (home / "clickhouse.curl").exists(), 5)
    again = start(home)  # perhaps on other ports, if the killed servers still held theirs
    assert [urlsplit(again[name]).password for name in ("redis_url", "clickhouse_url")] == [
        urlsplit(endpoints[name]).password for name in ("redis_url", "clickhouse_url")
    ]
    assert query(again, "EXISTS kept") == b"1\n"
