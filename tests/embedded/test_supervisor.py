"""The stack as processes: started, looked at, restarted, stopped, and gone however its supervisor ends."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from embedded import control, ports
from embedded.reaper import VARIABLE
from embedded.servers import STORES, Service
from stores.errors import Misconfigured

SLEEPER = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
FAMILY = (
    sys.executable,
    "-S",
    "-c",
    "import subprocess, sys, time\n"
    "code = 'import time; time.sleep(600)'\n"
    "subprocess.Popen([sys.executable, '-S', '-c', code])\n"
    "subprocess.Popen([sys.executable, '-S', '-c', code], start_new_session=True)\n"
    "time.sleep(600)\n",
)
"""A service with a child in its group and a child that left it."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a space in its path; whatever runs in it is stopped with the test and known by its environment."""
    home = tmp_path / "a home"
    monkeypatch.setenv("TEST_HOME", str(home))
    yield home
    control.down(home, timeout=20)


def family(home: Path) -> list[psutil.Process]:
    """Return every live process of the home's stack: the supervisor and all that carry its mark."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(VARIABLE) and process.environ().get("TEST_HOME") == str(home)
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def start(home: Path, *services: Service, **given: object) -> dict[str, str]:
    return control.start_in_background(home, services, tied=True, **given)  # type: ignore[arg-type]  # any of its options


def until(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def states(home: Path) -> dict[str, control.ProgramState]:
    return {state.name: state for state in control.status(home)}


def query(endpoints: dict[str, str], sql: str) -> bytes:
    url = urlsplit(endpoints["clickhouse_url"])
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
    connection.request("POST", "/", sql.encode(), {"X-ClickHouse-Key": url.password or ""})
    content = connection.getresponse().read()
    connection.close()
    return content


def test_up_status_restart_and_down(home: Path) -> None:
    begun = time.monotonic()
    endpoints = start(home, Service("sleeper", SLEEPER, {"COLOUR": "blue"}))
    assert time.monotonic() - begun < 30
    stack = json.loads((home / "stack.json").read_text())
    assert {name: stack[name] for name in endpoints} == endpoints
    assert stack["started_at"]
    assert set(stack["pids"]) == {*STORES, "sleeper"}
    found = states(home)
    assert list(found) == ["supervisor", *STORES, "sleeper"]
    assert all(state.up and state.memory_mib > 1 for state in found.values())
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


def test_nothing_is_left_after_kill_9_of_the_supervisor(home: Path) -> None:
    start(home, Service("family", FAMILY))
    assert until(lambda: len(family(home)) >= 7), "four stores and a family of three"
    os.kill(states(home)["supervisor"].pid or 0, signal.SIGKILL)
    assert until(lambda: not family(home) and not (home / "stack.json").exists(), 5)
    assert control.status(home) == []
    assert control.down(home) is False


def test_nothing_is_left_when_the_reaper_is_killed_first(home: Path) -> None:
    start(home, Service("family", FAMILY))
    assert until(lambda: len(family(home)) >= 7)
    supervisor = psutil.Process(states(home)["supervisor"].pid)
    reapers = [child for child in supervisor.children() if "reaper.py" in " ".join(child.cmdline())]
    assert len(reapers) == 1
    reapers[0].kill()
    assert until(lambda: any("reaper.py" in " ".join(c.cmdline()) for c in supervisor.children() if c != reapers[0]))
    supervisor.kill()
    assert until(lambda: not family(home), 5)


def test_a_new_stack_may_follow_a_killed_one_at_once(home: Path) -> None:
    endpoints = start(home)
    query(endpoints, "CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a")
    query(endpoints, "INSERT INTO kept VALUES (1)")
    os.kill(states(home)["supervisor"].pid or 0, signal.SIGKILL)
    assert until(lambda: control.status(home) == [], 2)
    again = start(home)
    time.sleep(0.5)
    assert (home / "stack.json").exists(), "the old reaper leaves the new stack's files alone"
    assert query(again, "SELECT * FROM kept") == b"1\n"


def test_down_removes_what_a_power_cut_left(home: Path) -> None:
    home.mkdir()
    (home / "stack.json").write_text('{"redis_url": "redis://127.0.0.1:1/0"}')
    assert control.down(home) is False
    assert not (home / "stack.json").exists()
    assert control.down(home / "absent") is False


def test_a_tied_stack_ends_with_its_starter(home: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from embedded import control\n"
        "control.start_in_background(Path(sys.argv[1]), tied=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(home)])
    assert until((home / "stack.json").exists, 30)
    starter.kill()
    starter.wait()
    assert until(lambda: control.status(home) == [] and not family(home))


def test_up_in_the_foreground_ends_cleanly_on_ctrl_c(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from embedded import control\n"
        "control.up(Path(sys.argv[1]), on_ready=lambda endpoints: print(endpoints['redis_url'], flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("redis://:")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert family(home) == []


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
