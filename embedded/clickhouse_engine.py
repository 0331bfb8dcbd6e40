"""The ClickHouse engine in this process (chdb), its sessions, and its limits.

chdb gives one engine per process and any number of connection handles to it, each with its own current database,
settings and temporary tables, each for one query at a time. A request without a session gets a handle that nobody has
changed since it was made (`clickhouse_pool`), so nothing that one request sets is seen by another; a session keeps its
handle between requests.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import chdb

from embedded import clickhouse_rights
from embedded.clickhouse_errors import SESSION_IS_LOCKED, TOO_MANY_QUERIES, EngineError
from embedded.clickhouse_handle import Approved, Handle, Result
from embedded.clickhouse_pool import Pool, state_of

MIB = 1 << 20
SLOTS = 32
"""Queries that run at once."""
WAIT_S = 30.0
"""Seconds that a query waits for a slot until it is refused."""
SESSION_WAIT_S = 0.5
"""Seconds that a query waits for its session: the one before it may be answered a moment before it lets go of it."""

_connect: Callable[[str], Any] = chdb.connect


class Engine:
    """The one engine of this process, on one data directory, which is the process's working directory."""

    def __init__(self, path: Path, memory_mib: int, slots: int = SLOTS) -> None:
        options = {
            "max_server_memory_usage": memory_mib * MIB,
            "max_memory_usage": memory_mib * MIB * 3 // 4,
            "max_bytes_before_external_group_by": memory_mib * MIB // 3,
            "max_bytes_before_external_sort": memory_mib * MIB // 3,
            "max_result_bytes": memory_mib * MIB // 2,
            "mark_cache_size": 64 * MIB,
            "index_mark_cache_size": 16 * MIB,
            "async_insert": 0,  # an answer means the rows are in a part
            "implicit_select": 0,  # chdb's own extra, which no server has
        }
        if "?" in str(path):
            raise ValueError(f"the data directory {path} has a '?' in its name, which the engine cannot open")
        clickhouse_rights.write(path)
        self.path = path
        self._target = f"{path}?{urlencode(options)}&config-file={clickhouse_rights.CONFIG}"
        self._root = _without_files(path, self._target)
        known = self._root.query("SELECT lower(name) FROM system.table_functions", "TabSeparated").bytes().decode()
        self._approved = Approved(frozenset(known.split()))
        self._sessions: dict[str, Handle] = {}
        self._idle = Pool(slots)
        self._guard = threading.Lock()
        self._slots = threading.BoundedSemaphore(slots)
        self._concurrency = slots
        self._pinger = ThreadPoolExecutor(1, "ping")
        version, self.timezone = self.handle_once("SELECT version(), timezone()").data.decode().rstrip("\n").split("\t")
        self.version = version

    def handle_once(self, sql: str) -> Result:
        """Run one statement of the server's own."""
        with self.handle() as handle:
            result = handle.query(sql, "TabSeparated", {})
            handle.as_prepared = True
            return result

    def answers(self, within_s: float) -> bool:
        """Return whether a query gets a slot and its answer within this time."""
        begun = time.monotonic()
        if not self._slots.acquire(timeout=within_s):
            return False
        self._slots.release()
        try:
            asked = self._pinger.submit(self.handle_once, "SELECT 1")
            return asked.result(max(0.05, within_s - (time.monotonic() - begun))).data == b"1\n"
        except (TooLate, EngineError):
            return False

    def kill(self, mark: str) -> None:
        """Kill the running query of the handle with this mark (letters and digits); none is no error."""
        connection = _connect(self._target)  # beside the slots, which may all be taken
        try:
            connection.query(f"KILL QUERY WHERE Settings['log_comment'] = '{mark}' ASYNC", "Null")
        finally:
            connection.close()

    @contextmanager
    def handle(
        self, database: str = "", settings: Mapping[str, str] | None = None, session: str = "", lives_s: float = 0.0
    ) -> Iterator[Handle]:
        """Lend a handle in this state: the session's, or one as good as new for a request without a session.

        Raises `EngineError` 373 when another request goes on running in the session, 202 when too many queries run.
        """
        if not self._slots.acquire(timeout=WAIT_S):
            raise EngineError.made(
                TOO_MANY_QUERIES, "Too many simultaneous queries; try later", "TOO_MANY_SIMULTANEOUS_QUERIES"
            )
        try:
            with self._of_session(session, lives_s) if session else self._unchanged(database, settings or {}) as handle:
                handle.prepare(database, settings or {})
                yield handle
        finally:
            self._slots.release()

    @contextmanager
    def _unchanged(self, database: str, settings: Mapping[str, str]) -> Iterator[Handle]:
        state = state_of(database, settings)
        handle = self._idle.take(state) or Handle(_connect(self._target), self._approved)
        handle.as_prepared = False
        try:
            yield handle
        finally:
            if handle.as_prepared:
                self._idle.give(state, handle)
            else:
                handle.connection.close()

    @contextmanager
    def _of_session(self, name: str, lives_s: float) -> Iterator[Handle]:
        handle = self._session(name, lives_s)
        try:
            yield handle
        finally:
            handle.used_at = time.monotonic()
            handle.lock.release()

    def _session(self, name: str, lives_s: float) -> Handle:
        now = time.monotonic()
        with self._guard:
            for old in [n for n, h in self._sessions.items() if now - h.used_at > h.lives_s and not h.lock.locked()]:
                self._sessions.pop(old).connection.close()
            handle = self._sessions.get(name)
            if handle is None:
                handle = self._sessions[name] = Handle(_connect(self._target), self._approved, used_at=now)
            handle.lives_s, handle.used_at = lives_s, now
        if not handle.lock.acquire(timeout=SESSION_WAIT_S):
            raise EngineError.made(SESSION_IS_LOCKED, f"Session {name} is locked by a query", "SESSION_IS_LOCKED")
        return handle

    def close(self, patience_s: float) -> None:
        """Wait for running queries, up to `patience_s` in all, then close the engine."""
        until = time.monotonic() + patience_s
        for _ in range(self._concurrency):
            self._slots.acquire(timeout=max(0.0, until - time.monotonic()))
        self._idle.close()
        with self._guard:
            for handle in self._sessions.values():
                handle.connection.close()
        self._root.close()


def _without_files(path: Path, target: str) -> Any:  # noqa: ANN401 - chdb's connection has no type
    """Open the engine with `default` as a database of tables alone: chdb lays the machine's files under its names."""
    link, written = path / "metadata" / "default", path / "metadata" / "default.sql"
    if not link.is_symlink():  # it has had no table yet; what was written of it would stand in the way
        written.unlink(missing_ok=True)
    root = _connect(target)
    root.query("DETACH DATABASE default", "Null")
    if link.is_symlink():  # to its tables, in store/xxx/<uuid>
        root.query(f"ATTACH DATABASE default UUID '{link.readlink().name}' ENGINE = Atomic", "Null")
    else:
        root.query("CREATE DATABASE default ENGINE = Atomic", "Null")
    return root
