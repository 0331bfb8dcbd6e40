"""One supervised process: started through the launcher, probed, restarted with a growing pause, stopped.

absent ──start──▶ starting ──probe answers──▶ up ──dies──▶ waiting ──pause over──▶ starting
                      └──dies──▶ waiting                        (from any state) ──stop──▶ absent
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from embedded import launch, logs, ports, state_files
from embedded.probes import Failing, NotReady
from embedded.servers import Program
from stores.errors import Misconfigured

log = logging.getLogger(__name__)

PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
HEALTHY_S = 60.0
"""A program that ran this long has recovered: its next pause is the shortest again."""


class Running:
    """A program and its process. All methods are called from the supervisor's main thread.

    The kernel binds a child to the thread that made it, and that thread must live as long as the supervisor.
    """

    def __init__(
        self, program: Program, log_path: Path, environment: Mapping[str, str], watch: Callable[[str, int], None]
    ) -> None:
        self.program = program
        self.log_path = log_path
        self.restarts = 0
        self.state = "absent"
        self.process: subprocess.Popen[bytes] | None = None
        self.last_code: int | None = None
        self._environment = {**environment, **program.environment}
        self._watch = watch
        self._failures = 0
        self._started = 0.0
        self._next_start = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while there is a process."""
        return self.process.pid if self.process else None

    @property
    def age_s(self) -> float:
        """Seconds since the process was started."""
        return time.monotonic() - self._started

    def start(self) -> None:
        """Start the process in a session of its own, bound to this process's life."""
        program = self.program
        program.directory.mkdir(parents=True, exist_ok=True)
        for name, text in program.files.items():
            state_files.write_text(program.directory / name, text)
        if program.ready:
            program.ready.unlink(missing_ok=True)
        launcher = (sys.executable, "-I", "-S", launch.__file__, str(os.getpid()))
        with logs.start(self.log_path) if not self.restarts else self.log_path.open("ab", buffering=0) as output:
            self.process = subprocess.Popen(
                [*launcher, *program.argv],
                cwd=program.directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._watch("+", self.process.pid)
        self._started = time.monotonic()
        self.state = "starting" if program.probe or program.ready else "up"

    def check(self) -> bool:
        """Look at the process once; return whether its state changed."""
        before = self.state
        if self.process and self.process.poll() is not None:
            self._died(self.process.returncode)
        elif self.state == "starting" and self.answers():
            self.state = "up"
            if self.restarts:
                log.info("%s answers again, %.1f s after its restart", self.program.name, self.age_s)
        elif self.state == "waiting" and time.monotonic() >= self._next_start:
            self._restart()
        return self.state != before

    def answers(self) -> bool:
        """Return whether the program answers its probe, or says that it is ready (always, when it has neither)."""
        if self.program.ready:
            return self.program.ready.exists()
        if self.program.probe is None or self.program.port is None:
            return self.process is not None
        try:
            self.program.probe(self.program.port)
        except NotReady:
            return False
        except Failing as failing:
            log.warning("%s is up, but: %s", self.program.name, failing)
        return True

    def _died(self, code: int) -> None:
        self._bury()
        self.last_code = code
        self._failures = 0 if self.age_s > HEALTHY_S else self._failures
        pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        self.state, self._next_start = "waiting", time.monotonic() + pause
        log.warning(
            "%s ended (%s) after %.1f s; starts again in %.1f s", self.program.name, ending(code), self.age_s, pause
        )
        log.warning("last lines of %s:\n%s", self.log_path, logs.tail(self.log_path, 5))

    def _restart(self) -> None:
        if self.program.port and not ports.is_free(self.program.port):
            log.warning(
                "%s cannot start again: its port %d is taken by another program", self.program.name, self.program.port
            )
            self._next_start = time.monotonic() + PAUSES_S[-1]
            return
        self.restarts += 1
        try:
            self.start()
        except (OSError, Misconfigured) as error:
            log.warning("%s cannot start again: %s", self.program.name, error)
            self.state, self._next_start = "waiting", time.monotonic() + PAUSES_S[-1]
            return
        log.info("%s started again (restart %d), process %d", self.program.name, self.restarts, self.process_id())
        if self.program.lost_on_restart:
            log.warning("%s: %s", self.program.name, self.program.lost_on_restart)

    def process_id(self) -> int:
        """Return the process id; only while there is a process."""
        assert self.process is not None
        return self.process.pid

    def signal_stop(self) -> None:
        """Ask the process to end."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.program.stop_signal)

    def wait_stopped(self, until: float) -> None:
        """Wait for the end until the monotonic time `until`, then kill; its whole group is gone afterwards."""
        if not self.process:
            self.state = "absent"
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not end within its time and is killed", self.program.name)
            self.process.kill()
            self.process.wait()
        self._bury()
        self.state = "absent"

    def _bury(self) -> None:
        """Kill what the process left in its group, and forget it."""
        assert self.process is not None
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._watch("-", self.process.pid)
        self.process = None


def ending(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    known = {number.value: number.name for number in signal.Signals}  # of real-time signals only the first and the last
    return f"signal {known.get(-code, -code)}"
