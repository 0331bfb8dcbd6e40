"""The reaper: whatever the end of a supervisor, nothing of its stack is left, and nothing else is touched."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from embedded import control, reaper
from embedded.servers import Service
from tests.embedded.stacks import FAMILY, SLEEPER, family, query, start, states, until

Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def mark() -> str:
    """A mark that no other stack has."""
    return uuid.uuid4().hex


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start sleeping processes in groups of their own; they end with the test."""
    begun: list[subprocess.Popen[bytes]] = []

    def one(mark: str = "") -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **({reaper.VARIABLE: mark} if mark else {})}
        begun.append(subprocess.Popen(SLEEPER, env=environment, start_new_session=True))
        return begun[-1]

    yield one
    for process in begun:
        process.kill()
        process.wait()


def reaped(mark: str, lines: str, *files: Path) -> None:
    """Run a reaper whose supervisor wrote these lines and ended."""
    command = [sys.executable, "-I", "-S", reaper.__file__, mark, *map(str, files)]
    subprocess.run(command, input=lines.encode(), timeout=60, check=True)


def lives(process: "subprocess.Popen[bytes]") -> bool:
    time.sleep(0.05)  # a signal's way
    return process.poll() is None


def test_groups_that_are_still_named_are_killed_and_no_others(spawn: Spawn, mark: str) -> None:
    left, ended, strange = spawn(), spawn(), spawn()
    reaped(mark, f"+{left.pid}\n+{ended.pid}\n-{ended.pid}\n")
    assert left.wait(60) == -signal.SIGKILL
    assert lives(ended)
    assert lives(strange)


@pytest.mark.skipif(sys.platform != "linux", reason="a process's environment is seen on Linux only")
def test_who_carries_the_mark_is_killed_and_who_carries_another_lives(spawn: Spawn, mark: str) -> None:
    mine, other, longer = spawn(mark), spawn("another"), spawn(mark + "0")
    assert until(lambda: reaper.carriers(mark) == [mine.pid], 5)
    reaped(mark, "")
    assert mine.wait(60) == -signal.SIGKILL
    assert lives(other)
    assert lives(longer), "its mark only begins like this one"


def test_files_that_name_the_mark_are_removed_and_a_new_stack_s_stay(mark: str, tmp_path: Path) -> None:
    old, new, absent = tmp_path / "old", tmp_path / "new", tmp_path / "absent"
    old.write_text(json.dumps({"mark": mark}))
    new.write_text(json.dumps({"mark": "a later one"}))
    reaped(mark, "", absent, old, new)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_outlives_the_signals_that_end_a_supervisor(spawn: Spawn, mark: str, number: signal.Signals) -> None:
    left = spawn()
    command = [sys.executable, "-I", "-S", reaper.__file__, mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(f"+{left.pid}\n".encode())
        process.stdin.flush()
        assert until(lambda: _ignores(process.pid, number), 10)
        process.send_signal(number)
        assert lives(process)
        assert lives(left), "its supervisor still lives"
        process.stdin.close()
        assert process.wait(60) == 0
    assert left.wait(60) == -signal.SIGKILL


def _ignores(pid: int, number: int) -> bool:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigIgn:")]
    return bool(int(line.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.thorough
def test_nothing_is_left_after_kill_9_of_the_supervisor(home: Path) -> None:
    start(home, Service("family", FAMILY))
    assert until(lambda: len(family(home)) >= 7), "four stores and a family of three"
    os.kill(states(home)["supervisor"].pid or 0, signal.SIGKILL)
    assert until(lambda: not family(home) and not (home / "stack.json").exists(), 5)
    assert control.status(home) == []
    assert control.down(home) is False


@pytest.mark.thorough
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


@pytest.mark.thorough
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
