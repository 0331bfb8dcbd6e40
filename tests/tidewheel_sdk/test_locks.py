"""Locks end with the process that took them, and with nothing else."""

import signal
import subprocess
import sys
from pathlib import Path

from tidewheel_sdk import locks


def test_one_has_it_at_a_time(tmp_path: Path) -> None:
    first = locks.take(tmp_path / "lock", create=True)
    assert first is not None
    assert locks.take(tmp_path / "lock") is None
    locks.release(first)
    locks.release(first)
    second = locks.take(tmp_path / "lock")
    assert second is not None
    locks.release(second)


def test_a_child_keeps_no_dead_parent_s_lock_and_takes_no_living_one_s(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tidewheel_sdk import locks\n"
        "lock = locks.take(Path(sys.argv[1]), create=True)\n"
        "if os.fork() == 0:\n"
        "    locks.release(lock)\n"
        "    print('child', flush=True)\n"
        "    sys.stdin.read()\n"
        "    os._exit(0)\n"
        "signal.pause()\n"
    )
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"child\n"
        assert locks.take(path) is None, "the parent lives"
        parent.send_signal(signal.SIGKILL)
        parent.wait(60)
        lock = locks.take(path)
        assert lock is not None, "the child lives, and has let go"
        locks.release(lock)
        parent.stdin.close()
        assert parent.stdout.read() == b""
