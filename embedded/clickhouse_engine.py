"""The ClickHouse engine in this process (chdb), its sessions, and its limits.

chdb gives one engine per process and any number of connection handles to it, each with its own current database,
settings and temporary tables, each for one query at a time. A request without a session gets a handle of its own
(0.2 ms), so nothing that one request sets is seen by another; a session keeps its handle between requests.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import chdb

MIB = 1 << 20
SESSION_IS_LOCKED = 373
TOO_MANY_QUERIES = 202
_CODE = re.compile(r"Code: (\d+)\. ")
_connect: Callable[[str], Any] = chdb.connect
_SETTING = re.compile(r"[A-Za-z_]\w*\Z")


class EngineError(Exception):
    """A ClickHouse exception: its code (https://clickhouse.com/docs, `ErrorCodes`) and its message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code

    @classmethod
    def of(cls, error: BaseException) -> "EngineError":
        """Wrap what chdb raised; a text without a code becomes 1001 (STD_EXCEPTION)."""
        text = str(error)
        found = _CODE.search(text)
        return cls(int(found[1]), text[found.start() :]) if found else cls(1001, f"Code: 1001. {text}")


@dataclass(frozen=True)
class Result:
    """What a statement gave back: the formatted bytes and ClickHouse's own counters."""

    data: bytes
    summary: dict[str, str]


@dataclass
class Handle:
    """One connection to the engine, with the database and the URL settings last applied to it."""

    connection: Any
    database: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    used_at: float = 0.0
    lives_s: float = 60.0

    def prepare(self, database: str, settings: Mapping[str, str], params: Mapping[str, str]) -> None:
        """Make the handle's state that of a request; what is so already costs nothing."""
        if database and database != self.database:
            self._run("USE `" + database.replace("\\", "\\\\").replace("`", "\\`") + "`")
            self.database = database
        wanted = {**dict.fromkeys(self.settings, ""), **settings}
        changes = [_assignment(n, settings.get(n)) for n in wanted if settings.get(n) != self.settings.get(n)]
        changes += [_assignment("param_" + name, value) for name, value in params.items()]
        if changes:
            self._run("SET " + ", ".join(changes))
            self.settings = dict(settings)

    def query(self, sql: str, output: str, params: Mapping[str, str]) -> Result:
        """Run a statement to its end and return the whole result in the `output` format."""
        try:
            result = self.connection.query(sql, output, params=dict(params))
            return Result(result.bytes() or b"", _summary(result))
        except RuntimeError as error:
            raise EngineError.of(error) from error
        except chdb.ChdbError as error:
            raise EngineError.of(error) from error

    def stream(self, sql: str, output: str, params: Mapping[str, str]) -> Iterator[bytes]:
        """Yield a SELECT's result block by block; valid for formats whose blocks may simply follow each other."""
        try:
            for block in self.connection.send_query(sql, output, params=dict(params)):
                yield block.bytes() or b""
        except Exception as error:
            raise EngineError.of(error) from error

    def insert(self, statement: str, data_format: str, data: Iterable[bytes]) -> Result:
        """Feed an INSERT's data as they come; nothing is committed when reading them fails."""
        started = time.monotonic_ns()
        try:
            with self.connection.send_insert(statement, data_format) as inserter:
                for piece in data:
                    if piece:
                        inserter.append(piece)
                done = inserter.finish()
        except RuntimeError as error:
            raise EngineError.of(error) from error
        rows, size = str(done.rows_written), str(done.bytes_written)
        elapsed = str(time.monotonic_ns() - started)
        return Result(
            b"",
            {
                "read_rows": rows,
                "read_bytes": size,
                "written_rows": rows,
                "written_bytes": size,
                "result_rows": rows,
                "result_bytes": size,
                "elapsed_ns": elapsed,
            },
        )

    def _run(self, sql: str) -> None:
        try:
            self.connection.query(sql, "Null")
        except Exception as error:
            raise EngineError.of(error) from error


class Engine:
    """The one engine of this process, on one data directory."""

    def __init__(self, path: Path, memory_mib: int, concurrency: int = 32) -> None:
        options = {
            "max_server_memory_usage": memory_mib * MIB,
            "max_memory_usage": memory_mib * MIB * 3 // 4,
            "max_bytes_before_external_group_by": memory_mib * MIB // 3,
            "max_bytes_before_external_sort": memory_mib * MIB // 3,
            "max_result_bytes": memory_mib * MIB // 2,
            "mark_cache_size": 64 * MIB,
            "index_mark_cache_size": 16 * MIB,
            "implicit_select": 0,  # chdb's own extra, which no server has
            "async_insert": 0,  # an answer means the rows are in a part
        }
        if "?" in str(path):
            raise ValueError(f"the data directory {path} has a '?' in its name, which the engine cannot open")
        self._target = f"{path}?{urlencode(options)}"
        self._root = _connect(self._target)
        self._sessions: dict[str, Handle] = {}
        self._guard = threading.Lock()
        self._slots = threading.BoundedSemaphore(concurrency)
        self._concurrency = concurrency
        version, self.timezone = self.handle_once("SELECT version(), timezone()").data.decode().rstrip("\n").split("\t")
        self.version = version

    def handle_once(self, sql: str) -> Result:
        """Run one statement of the server's own."""
        with self.handle("", 0) as handle:
            return handle.query(sql, "TabSeparated", {})

    @contextmanager
    def handle(self, session: str, lives_s: float) -> Iterator[Handle]:
        """Lend a handle: the session's, or a fresh one for a request without a session.

        Raises `EngineError` 373 while another request runs in the session, 202 when too many queries run already.
        """
        if not self._slots.acquire(timeout=30):
            raise EngineError(TOO_MANY_QUERIES, f"Code: {TOO_MANY_QUERIES}. Too many simultaneous queries. Try later.")
        try:
            handle = self._session(session, lives_s) if session else Handle(_connect(self._target))
            try:
                yield handle
            finally:
                if session:
                    handle.used_at = time.monotonic()
                    handle.lock.release()
                else:
                    handle.connection.close()
        finally:
            self._slots.release()

    def _session(self, name: str, lives_s: float) -> Handle:
        now = time.monotonic()
        with self._guard:
            for old in [n for n, h in self._sessions.items() if now - h.used_at > h.lives_s and not h.lock.locked()]:
                self._sessions.pop(old).connection.close()
            handle = self._sessions.get(name)
            if handle is None:
                handle = self._sessions[name] = Handle(_connect(self._target), used_at=now)
            handle.lives_s = lives_s
            if not handle.lock.acquire(blocking=False):
                raise EngineError(SESSION_IS_LOCKED, f"Code: {SESSION_IS_LOCKED}. Session {name} is locked by a query.")
            return handle

    def close(self, patience_s: float) -> None:
        """Wait for running queries, up to `patience_s` in all, then close the engine."""
        until = time.monotonic() + patience_s
        for _ in range(self._concurrency):
            self._slots.acquire(timeout=max(0.0, until - time.monotonic()))
        with self._guard:
            for handle in self._sessions.values():
                handle.connection.close()
        self._root.close()


def _assignment(name: str, value: str | None) -> str:
    if not _SETTING.match(name):
        raise EngineError(115, f"Code: 115. DB::Exception: Setting {name!r} is neither a builtin setting nor a name.")
    if value is None:
        return f"{name} = DEFAULT"
    return f"{name} = '" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _summary(result: Any) -> dict[str, str]:  # noqa: ANN401 - chdb's result class has no type
    return {
        "read_rows": str(result.storage_rows_read()),
        "read_bytes": str(result.storage_bytes_read()),
        "written_rows": str(result.rows_written()),
        "written_bytes": str(result.bytes_written()),
        "result_rows": str(result.rows_read()),
        "result_bytes": str(result.bytes_read()),
        "elapsed_ns": str(int(result.elapsed() * 1e9)),
    }
