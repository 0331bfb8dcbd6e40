"""A child process that works on a job file and reports its progress in JSON lines on its standard output.

    started --lines--> working --exit 0--> done
                          |--exit EXIT_TRY_AGAIN--> cancelled: it left a checkpoint and can go on
                          |--a signal--> killed: started again, some times
                          |--any other exit--> failed: the tail of its log says why

Learning libraries live in children only: their memory goes back to the system when the step is over. The child reads
its standard input, which only the parent holds: when the parent dies, however it dies, the child sees it and stops.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stores.errors import TidewheelError
from stores.exit_codes import EXIT_TRY_AGAIN
from trainer.run_directory import locks_of

_LOG_TAIL = 2_000
_KILL_AFTER_S = 30.0
_WATCHED = "--dies-with-parent"
"""Given by `run`; without it the end of standard input means nothing."""

OnProgress = Callable[[dict[str, Any]], None]


class Cancelled(TidewheelError):
    """The work was asked to stop, and can go on from its checkpoint."""


class Failed(TidewheelError):
    """The child ended with an error; the message has the end of its log."""


class Killed(TidewheelError):
    """Something outside killed the child, the kernel when memory ran out for one; it may be started again."""


def run(
    module: str, job: Path, on_progress: OnProgress, stop: threading.Event, attempts: int = 3, processes: int = 1
) -> None:
    """Run `python -m module job` to its end, handing each progress line to `on_progress`.

    Several `processes` are started by `torchrun` on this machine, and end together.
    A child that was killed is started again, up to `attempts` times, and goes on from its checkpoint. Setting `stop`
    asks it to leave a checkpoint and end, and raises `Cancelled`. Raises `Failed` when the child failed.
    """
    for attempt in range(1, attempts + 1):
        try:
            return _once(module, job, on_progress, stop, processes)
        except Killed as error:
            if attempt == attempts:
                raise Failed(f"{error} It was started {attempts} times; give the machine more memory.") from error
            on_progress({"note": str(error)[:200]})
    return None


def _once(module: str, job: Path, on_progress: OnProgress, stop: threading.Event, processes: int) -> None:
    log = job.with_suffix(".log")
    with log.open("w") as errors:
        child = subprocess.Popen(
            [sys.executable, *_launcher(processes), "-m", module, str(job), _WATCHED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal is the parent's to hand on, once
            pass_fds=locks_of(job.parent),  # nobody else works there before the child has ended, too
        )
    watcher = threading.Thread(target=_cancel_on, args=(stop, child), daemon=True)
    watcher.start()
    try:
        assert child.stdout is not None  # asked for above
        for line in child.stdout:
            _forward(line, on_progress)
        status = child.wait()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
    _conclude(status, module, log, stop)


def _launcher(processes: int) -> list[str]:
    if processes == 1:
        return []
    return ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]


def work(job: Callable[[Path], None]) -> None:
    """Be the child: run `job` on the file named on the command line and end the process with the status it deserves."""
    if _WATCHED in sys.argv:
        threading.Thread(target=_die_with_parent, daemon=True).start()
    os.nice(5)  # people's searches go first
    try:
        job(Path(sys.argv[1]))
    except Cancelled:
        sys.exit(EXIT_TRY_AGAIN)
    except TidewheelError as error:  # raised on purpose: its message says what to do, and where it was raised does not
        sys.exit(str(error))


def report_progress(**facts: Any) -> None:  # noqa: ANN401  # whatever can be written as JSON
    """Send the parent a line of progress, from within the child."""
    print(json.dumps(facts), flush=True)


def _forward(line: str, on_progress: OnProgress) -> None:
    try:
        facts = json.loads(line)
    except ValueError:
        return  # a library's own print
    if isinstance(facts, dict):
        on_progress(facts)


def _cancel_on(stop: threading.Event, child: "subprocess.Popen[str]") -> None:
    while child.poll() is None:
        if stop.wait(0.2):
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(_KILL_AFTER_S)
            except subprocess.TimeoutExpired:
                child.kill()
            return


def _conclude(status: int, module: str, log: Path, stop: threading.Event) -> None:
    if status == 0:
        return
    if status == EXIT_TRY_AGAIN or stop.is_set():
        raise Cancelled(f"{module} was cancelled; it goes on where it was when the run is taken up again")
    tail = log.read_text(errors="replace")[-_LOG_TAIL:].strip()
    if status < 0:
        raise Killed(f"{module} was killed by signal {-status} (out of memory?). {tail}")
    raise Failed(f"{module} failed with status {status}: {tail or 'its log is empty'}")


def _die_with_parent() -> None:
    while os.read(0, 4096):  # not sys.stdin: its lock would be in the way when the interpreter ends
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_KILL_AFTER_S)
    os._exit(EXIT_TRY_AGAIN)
