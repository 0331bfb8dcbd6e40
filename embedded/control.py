"""What others do with a stack: run it, start it in the background, look at it, stop it.

up(home, services)                    run it in this process until a signal
start_in_background(home, services)   start a supervisor that outlives this process; wait until it is ready
status(home)                          what each program does now
down(home)                            stop it; whether there was one
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from embedded import logs, passwords, probes, servers, state_files
from embedded.servers import Service
from embedded.supervisor import Stack
from stores.errors import Misconfigured

_children: dict[int, "subprocess.Popen[str]"] = {}


@dataclass(frozen=True)
class ProgramState:
    """One row of `tidewheel up --status`."""

    name: str
    pid: int | None
    port: int | None
    up: bool
    """A store answers its protocol; a service's process lives."""
    memory_mib: float
    """Resident memory, children included."""
    restarts: int
    problem: str = ""
    """Why it cannot do its work although it is up, or why it is not up, as far as that is known."""


def up(
    home: Path,
    services: Sequence[Service] = (),
    ports: Mapping[str, int] | None = None,
    on_ready: Callable[[dict[str, str]], None] = lambda endpoints: None,
) -> None:
    """Run the stack in this process until SIGTERM, SIGINT or SIGHUP. Raises `Misconfigured`; see `Stack.run`."""
    Stack(home, services, ports).run(on_ready)


def start_in_background(
    home: Path, services: Sequence[Service] = (), ports: Mapping[str, int] | None = None, tied: bool = False
) -> dict[str, str]:
    """Start a detached supervisor, wait until its stack is up, and return the endpoints by setting name.

    A `tied` stack stops when this process ends, however it ends. Raises `Misconfigured` with the supervisor's own words
    when it gives up.
    """
    order = {
        "home": str(home.absolute()),
        "services": [asdict(service) for service in services],
        "ports": dict(ports or {}),
        "tied": tied,
    }
    state_files.prepare(home)
    with state_files.private(), (home / "logs" / "supervisor.err").open("w") as errors:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "embedded"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            text=True,
        )
    _children[child.pid] = child
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with child.stdin, child.stdout:
            child.stdin.write(json.dumps(order))
            child.stdin.close()
            answer = json.loads(child.stdout.readline() or "{}")
    except BaseException:
        child.terminate()
        raise
    if "endpoints" in answer:
        return dict(answer["endpoints"])
    _reap(child.pid)
    last = logs.tail(home / "logs" / "supervisor.err")
    raise Misconfigured(answer.get("error") or f"the supervisor ended before the stack was up:\n{last}")


def status(home: Path) -> list[ProgramState]:
    """Return the state of each program, the supervisor first; an empty list when no supervisor runs in the home."""
    held = state_files.holder(home)
    if held is None:
        return []
    rows = state_files.read(home / state_files.STATES).get("programs", [])
    probes_by_name = servers.probes_of(passwords.recall(home))
    states = [ProgramState("supervisor", held["pid"] or None, None, True, memory_mib(held["pid"], children=False), 0)]
    return states + [program_state(row, probes_by_name.get(row["name"])) for row in rows]


def program_state(row: dict[str, Any], probe: Callable[[int], None] | None) -> ProgramState:
    """Look at a program; a store that answers is up whatever the file says, which a full disk leaves as it was."""
    alive = bool(row["pid"]) and psutil.pid_exists(row["pid"])
    up, problem = alive and (probe is not None or row["state"] == "up"), ""
    if alive and not up:
        problem = "it has not said yet that it is ready"
    if probe is not None:
        up, problem = _asked(probe, row["port"])
    memory = memory_mib(row["pid"]) if alive else 0.0
    return ProgramState(row["name"], row["pid"], row["port"], up, memory, row["restarts"], problem)


def _asked(probe: Callable[[int], None], port: int) -> tuple[bool, str]:
    try:
        probe(port)
    except probes.NotReady as reason:
        return False, str(reason)
    except probes.Failing as reason:
        return True, str(reason)
    return True, ""


def down(home: Path, timeout: float = 60.0) -> bool:
    """Stop the supervisor of a home and all its programs; return False when there was none.

    After `timeout` seconds the supervisor is killed, and its reaper kills the rest.
    """
    held = state_files.holder(home)
    until = time.monotonic() + timeout
    while held is not None and not held["pid"] and time.monotonic() < until:  # it took the lock just now
        time.sleep(0.05)
        held = state_files.holder(home)
    if held is None:
        state_files.forget(home)  # a machine that lost its power leaves them
        return False
    pid = int(held["pid"])
    _signal(pid, signal.SIGTERM)
    while state_files.holder(home) is not None and time.monotonic() < until:
        time.sleep(0.05)
    if state_files.holder(home) is not None:
        _signal(pid, signal.SIGKILL)
    _wait_gone(home, pid)
    return True


def _wait_gone(home: Path, pid: int) -> None:
    """Wait for the processes, and for the files that the reaper removes after a killed supervisor."""
    _reap(pid)
    until = time.monotonic() + 10
    while time.monotonic() < until and (_alive(pid) or (home / state_files.STACK).exists()):
        time.sleep(0.05)


def _reap(pid: int) -> None:
    child = _children.pop(pid, None)
    if child:
        child.wait()


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def memory_mib(pid: int, children: bool = True) -> float:
    """Return the resident memory of a process (and its children) in MiB; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *(process.children(recursive=True) if children else [])]
        return float(sum(member.memory_info().rss for member in family) / (1 << 20))
    except psutil.Error:
        return 0.0
