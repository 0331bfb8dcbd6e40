"""One supervised process: restarted, left alone, killed."""

import sys
import time
from pathlib import Path

import pytest

from embedded.process import PAUSES_S, Running, ending
from embedded.servers import Program


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


@pytest.mark.thorough
def test_a_service_that_keeps_dying_is_restarted_ever_more_slowly(tmp_path: Path) -> None:
    running = Running(
        Program("flighty", python("raise SystemExit(3)"), tmp_path), tmp_path / "log", {}, lambda s, g: None
    )
    running.start()
    begun = time.monotonic()
    while running.restarts < 3:
        running.check()
        time.sleep(0.01)
    assert time.monotonic() - begun >= sum(PAUSES_S[:3])
    running.wait_stopped(0)
    assert (running.state, running.pid) == ("absent", None)


def test_a_program_is_not_restarted_on_a_port_that_someone_took(tmp_path: Path, taken: int) -> None:
    program = Program("late", python("import time; time.sleep(60)"), tmp_path, taken)
    running = Running(program, tmp_path / "log", {}, lambda s, g: None)
    running.start()
    assert running.process is not None
    running.process.kill()
    running.process.wait()
    until = time.monotonic() + 2 * PAUSES_S[0] + 0.2
    while time.monotonic() < until:
        running.check()
        time.sleep(0.02)
    assert (running.state, running.restarts) == ("waiting", 0)


def test_a_program_that_ignores_its_signal_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    running = Running(Program("deaf", python(stubborn), tmp_path), tmp_path / "log", {}, lambda s, g: None)
    running.start()
    while "deaf" not in (tmp_path / "log").read_text():
        time.sleep(0.01)
    running.signal_stop()
    running.wait_stopped(time.monotonic() + 0.3)
    assert running.pid is None


@pytest.mark.parametrize(("code", "words"), [(3, "exit code 3"), (-9, "signal SIGKILL"), (-40, "signal 40")])
def test_an_end_is_told_in_words_whatever_the_signal(code: int, words: str) -> None:
    assert ending(code) == words
