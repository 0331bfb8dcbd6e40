"""Starts the four stores and the caller's services, keeps them running, and leaves no process behind.

The steps of `Stack.run`: lock the home ▸ choose ports ▸ start the stores ▸ wait until each answers its own protocol ▸
write `stack.json` ▸ start the services ▸ wait until each says that it is ready ▸ watch, restart what dies on its old
port ▸ on SIGTERM, SIGINT or SIGHUP stop the services, then the stores ▸ remove `stack.json`.

Against a supervisor that is killed stand two things: on Linux the kernel kills each direct child with it
(`embedded.launch`), and the reaper, which notices by a closed pipe, kills every group and every marked process
(`embedded.reaper`) and removes the files that would point at a dead stack.
"""

import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embedded import logs, passwords, ports, reaper, servers, state_files
from embedded.passwords import Passwords
from embedded.process import Running, ending
from embedded.servers import Program, Service
from stores import settings
from stores.errors import Misconfigured

log = logging.getLogger(__name__)

TICK_S = 0.05
TRIM_EVERY_S = 5.0
PORT_ATTEMPTS = 3
DATABASE = "tidewheel"
"""The database that curl asks when it is given no other."""


class Stack:
    """The stack of one home directory, run by this process."""

    def __init__(
        self,
        home: Path,
        services: Sequence[Service] = (),
        requested: Mapping[str, int] | None = None,
        tied_to: int | None = None,
    ) -> None:
        self.home = home.absolute()
        self.endpoints: dict[str, str] = {}
        self._services = services
        self._requested = dict(requested or {})
        self._tied_to = tied_to  # stop when this parent process is gone
        self._stop = threading.Event()
        self._mark = uuid.uuid4().hex
        self._environment = settings.environment_with({reaper.VARIABLE: self._mark})
        self._reaper: subprocess.Popen[str] | None = None
        self._running: dict[str, Running] = {}
        self._ports: dict[str, int] = {}
        self._passwords = Passwords()
        self._unwritten = False
        self._started_at = state_files.now()
        if unknown := self._requested.keys() - set(servers.STORES):
            raise Misconfigured(f"ports are requested for {', '.join(sorted(unknown))}; servers are {servers.STORES}")

    def run(self, on_ready: Callable[[dict[str, str]], None] = lambda endpoints: None) -> None:
        """Run until a signal; call `on_ready` with the endpoints once everything is up. Main thread only.

        Raises `Misconfigured` when the home, a port, a server or a service stands in the way; nothing is left behind.
        """
        state_files.prepare(self.home)
        with state_files.private(), state_files.locked(self.home), self._log_file(), self._signals():
            try:
                self._passwords = passwords.keep(self.home)
                state_files.forget(self.home)
                self._start_reaper()
                self._start_stores()
                if self._stop.is_set():
                    return
                state_files.write(self.home / state_files.PORTS, self._ports)
                self.endpoints = servers.endpoints(self._ports, self._passwords)
                self._write_stack()
                self._start_services()
                if self._stop.is_set():
                    return
                log.info("up: %s", ", ".join(f"{n} {v}" for n, v in passwords.without(self.endpoints).items()))
                on_ready(self.endpoints)
                self._watch()
            except OSError as error:
                raise Misconfigured(f"the stack cannot run in {self.home}: {error}") from error
            finally:
                self._stop_all()

    def stop(self) -> None:
        """Make `run` return; may be called from anywhere."""
        self._stop.set()

    def _start(self, program: Program) -> Running:
        if not os.access(program.argv[0], os.X_OK):
            raise Misconfigured(
                f"{program.name}: the program {program.argv[0]} is missing; "
                "run `make setup` (pip install -c constraints.txt)"
            )
        running = Running(program, self.home / "logs" / f"{program.name}.log", self._environment, self._tell_reaper)
        self._running[program.name] = running
        running.start()
        return running

    def _start_stores(self) -> None:
        remembered = ports.recall(self.home / state_files.PORTS)
        self._ports = ports.choose(servers.STORES, self._requested, remembered)
        for program in self._stores():
            self._start(program)
        self._write_states()
        attempts = dict.fromkeys(servers.STORES, 1)
        waiting = set(servers.STORES)
        while waiting and not self._stop.is_set():
            for name in sorted(waiting):
                if self._came_up(self._running[name], attempts):
                    waiting.discard(name)
            time.sleep(TICK_S)
        self._write_states()

    def _stores(self) -> list[Program]:
        return servers.stores(self.home / "data", self._ports, self._passwords)

    def _start_services(self) -> None:
        """Start the services and wait until each is ready. Raises `Misconfigured` for one that ends or never is."""
        running = [self._start(service.program(self.home)) for service in self._services]
        self._write_stack()
        self._write_states()
        while not self._stop.is_set() and any(map(self._is_awaited, running)):
            self._check()
            time.sleep(TICK_S)
        self._write_states()

    def _is_awaited(self, running: Running) -> bool:
        """Look once at a starting service; return whether it has still to say that it is ready."""
        program, process = running.program, running.process
        if program.ready is None:
            return False
        code = process.poll() if process else running.last_code
        if code is not None:
            running.wait_stopped(0)
            raise self._failed(running, f"ended ({ending(code)}): {logs.last_line(running.log_path)}")
        if running.state != "up" and running.age_s > program.start_s:
            raise self._failed(running, f"does not say that it is ready after {program.start_s:.0f} s")
        return running.state != "up"

    def _came_up(self, running: Running, attempts: dict[str, int]) -> bool:
        """Look once at a starting store; try another port where a chosen one was taken meanwhile."""
        program, process = running.program, running.process
        assert process is not None
        assert program.port is not None
        code = process.poll()
        if code is None:
            running.check()
            if running.state != "up" and running.age_s > program.start_s:
                raise self._failed(running, f"does not answer after {program.start_s:.0f} s")
            return running.state == "up"
        running.wait_stopped(0)
        taken = not ports.is_free(program.port)
        if not taken or program.name in self._requested or attempts[program.name] == PORT_ATTEMPTS:
            raise self._failed(
                running, f"ended ({ending(code)})" + (f": port {program.port} is taken" if taken else "")
            )
        attempts[program.name] += 1
        self._ports[program.name] = ports.free(set(self._ports.values()))
        self._start(
            next(p for p in servers.stores(self.home / "data", self._ports, self._passwords) if p.name == program.name)
        )
        return False

    def _failed(self, running: Running, what: str) -> Misconfigured:
        return Misconfigured(
            f"{running.program.name} did not come up: it {what}. Last lines of {running.log_path}:\n"
            f"{logs.tail(running.log_path)}\n"
            f"Mend what they say and start again; if its data are damaged, move {running.program.directory} away first"
        )

    def _watch(self) -> None:
        """Restart what dies, keep logs bounded, until asked to stop."""
        trimmed = time.monotonic()
        while not self._stop.wait(TICK_S) and self._tied_to in (None, os.getppid()):
            if self._check() or self._unwritten:
                self._write_files()
            if self._reaper and self._reaper.poll() is not None:
                log.warning("the reaper ended; another one is started")
                self._start_reaper()
            if time.monotonic() - trimmed > TRIM_EVERY_S:
                trimmed = time.monotonic()
                for running in self._running.values():
                    logs.trim(running.log_path)

    def _check(self) -> bool:
        """Look at every program once; return whether one changed its state."""
        changes = [running.check() for running in self._running.values()]
        return any(changes)

    def _write_files(self) -> None:
        """Write what changed; a full disk must not stop a stack that runs: the watch tries again until it works."""
        known, self._unwritten = self._unwritten, True
        try:
            self._write_stack()
            self._write_states()
            self._unwritten = False
        except Misconfigured as error:
            if not known:
                log.warning("%s", error)

    def _stop_all(self) -> None:
        """Stop services, then stores; the closed pipe makes the reaper look for leftovers and remove the files."""
        names = list(self._running)
        for group in ([n for n in names if n not in servers.STORES], [n for n in names if n in servers.STORES]):
            begun = time.monotonic()
            for name in group:
                self._running[name].signal_stop()
            for name in group:
                self._running[name].wait_stopped(begun + self._running[name].program.stop_s)
        state_files.forget(self.home)
        if self._reaper and self._reaper.stdin:
            self._reaper.stdin.close()
            try:
                self._reaper.wait(5)
            except subprocess.TimeoutExpired:
                self._reaper.kill()
                self._reaper.wait()
        log.info("stopped")

    def _start_reaper(self) -> None:
        files = [str(self.home / name) for name in (state_files.STACK, state_files.STATES, state_files.CURL)]
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", reaper.__file__, self._mark, *files],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        for running in self._running.values():
            if running.pid:
                self._tell_reaper("+", running.pid)

    def _tell_reaper(self, sign: str, group: int) -> None:
        if self._reaper and self._reaper.stdin:
            try:
                self._reaper.stdin.write(f"{sign}{group}\n")
                self._reaper.stdin.flush()
            except OSError:  # it ended; `_watch` starts another, which hears everything again
                log.warning("the reaper cannot be reached")

    def _write_stack(self) -> None:
        pids = {name: running.pid for name, running in self._running.items()}
        about: dict[str, Any] = {"pids": pids, "supervisor": os.getpid(), "started_at": self._started_at}
        about["mark"] = self._mark
        state_files.write(self.home / state_files.STACK, {**self.endpoints, **about})
        options = servers.curl_options(self.endpoints, DATABASE)
        state_files.write_text(self.home / state_files.CURL, f"# {self._mark}\n{options}")

    def _write_states(self) -> None:
        rows = [
            {"name": r.program.name, "pid": r.pid, "port": r.program.port, "state": r.state, "restarts": r.restarts}
            for r in self._running.values()
        ]
        state_files.write(
            self.home / state_files.STATES, {"supervisor": os.getpid(), "mark": self._mark, "programs": rows}
        )

    @contextmanager
    def _signals(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        old = {number: signal.signal(number, lambda *_: self._stop.set()) for number in numbers}
        try:
            yield
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)

    @contextmanager
    def _log_file(self) -> Iterator[None]:
        path = self.home / "logs" / "supervisor.log"
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=logs.LIMIT, backupCount=1)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        package = logging.getLogger("embedded")
        package.addHandler(handler)
        package.setLevel(logging.INFO)
        try:
            yield
        finally:
            package.removeHandler(handler)
            handler.close()
