"""The launcher: it becomes the program, with signals as they should be, and never outlives its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from embedded import launch
from tests.embedded.stacks import SLEEPER, until

LAUNCHER = (sys.executable, "-I", "-S", launch.__file__)


def launched(*program: str, parent: int | None = None) -> "subprocess.CompletedProcess[str]":
    command = [*LAUNCHER, str(parent or os.getpid()), *program]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_becomes_the_program_with_its_arguments_and_its_status() -> None:
    code = "import os, sys; print(os.getpid(), sys.argv[1:]); sys.exit(7)"
    with subprocess.Popen(
        [*LAUNCHER, str(os.getpid()), sys.executable, "-S", "-c", code, "a b", "--parent", ""],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        out, _ = process.communicate(timeout=60)
    assert out == f"{process.pid} ['a b', '--parent', '']\n"
    assert process.returncode == 7


def test_signals_that_a_shell_set_to_be_ignored_are_set_back() -> None:
    code = "import signal; print([signal.getsignal(n) is signal.SIG_IGN for n in (1, 2, 15)])"
    ignoring = (
        "import os, signal, sys\n"
        "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)\n"
        "os.execv(sys.argv[1], [sys.argv[1], '-I', '-S', sys.argv[2], str(os.getppid()), *sys.argv[3:]])\n"
    )
    command = [sys.executable, "-S", "-c", ignoring, sys.executable, launch.__file__, sys.executable, "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[False, False, False]\n", done.stderr


def test_it_does_not_begin_when_its_parent_has_ended(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    done = launched(sys.executable, "-S", "-c", f"open({str(begun)!r}, 'w')", parent=os.getppid())
    assert (done.returncode, begun.exists()) == (1, False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a program with its parent")
def test_the_program_ends_with_its_parent_however_that_ends() -> None:
    starter = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([*sys.argv[1:5], str(os.getpid()), *sys.argv[5:]], start_new_session=True)\n"
        "print(child.pid, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-S", "-c", starter, *LAUNCHER, *SLEEPER], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert until(lambda: "launch.py" not in " ".join(child.cmdline()), 10), "it has become the program"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5)
