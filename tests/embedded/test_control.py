"""What is done with a stack from outside: run it, start it in the background, look at it, stop it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from embedded import control, probes, state_files
from tests.embedded.stacks import family, start, until


def test_down_removes_what_a_power_cut_left(home: Path) -> None:
    home.mkdir()
    (home / "stack.json").write_text('{"redis_url": "redis://127.0.0.1:1/0"}')
    assert control.down(home) is False
    assert not (home / "stack.json").exists()
    assert control.down(home / "absent") is False


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_up_in_the_foreground_ends_cleanly_on_ctrl_c(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from embedded import control\n"
        "control.up(Path(sys.argv[1]), on_ready=lambda endpoints: print(endpoints['redis_url'], flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("redis://:")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert family(home) == []


def looked_at(probe: Callable[[int], None] | None = None, **row: object) -> control.ProgramState:
    result = {"name": "store", "pid": os.getpid(), "port": 7, "state": "up", "restarts": 2, **row}
    return control.program_state(result, probe)


def raising(error: Exception) -> Callable[[int], None]:
    def probe(port: int) -> None:
        assert port == 7
        raise error

    return probe


def test_a_store_is_what_it_answers_whatever_the_file_says() -> None:
    silent = looked_at(raising(probes.NotReady("refused")))
    assert (silent.up, silent.problem) == (False, "refused")
    failing = looked_at(raising(probes.Failing("the disk is full")))
    assert (failing.up, failing.problem) == (True, "the disk is full")
    answering = looked_at(lambda port: None, state="starting")
    assert (answering.up, answering.problem, answering.restarts) == (True, "", 2)


def test_a_service_is_up_when_it_lives_and_the_file_says_that_it_is_ready() -> None:
    assert looked_at().up
    late = looked_at(state="starting")
    assert (late.up, late.problem) == (False, "it has not said yet that it is ready")
    assert not looked_at(pid=None, state="up").up


def test_memory_is_counted_with_the_children_and_nothing_of_what_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
        alone, together = control.memory_mib(os.getpid(), children=False), control.memory_mib(os.getpid())
        assert together > alone > 1
        child.communicate()
    assert control.memory_mib(child.pid) == 0.0
    gone = looked_at(pid=child.pid)
    assert (gone.up, gone.memory_mib) == (False, 0.0)


def test_where_nothing_runs_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert control.status(tmp_path / "absent") == []
    state_files.prepare(tmp_path)
    (tmp_path / state_files.STATES).write_text('{"programs": [{"name": "redis", "pid": 1}]}')
    assert control.status(tmp_path) == [], "what a power cut left is no stack"


@pytest.mark.thorough
def test_a_supervisor_that_cannot_be_told_to_stop_is_killed_after_its_time(home: Path) -> None:
    start(home)
    supervisor = control.status(home)[0].pid or 0
    os.kill(supervisor, signal.SIGSTOP)
    assert control.down(home, timeout=0.5) is True
    assert until(lambda: not family(home), 10)
    assert not (home / state_files.STACK).exists()
