"""One connection to the ClickHouse engine in this process (chdb), and what a request does with it."""

import re
import threading
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import chdb

from embedded import clickhouse_guard
from embedded.clickhouse_errors import READONLY, SYNTAX_ERROR, EngineError
from embedded.clickhouse_sql import Statement

_PLAIN = re.compile(r"[A-Za-z_]\w*\Z")
_MARK = "log_comment"
"""The setting by which a running query is looked up (`Engine.kill`)."""
_KEPT, _LONG = 512, 1 << 16
_NO_FILE = "/dev/fd/-"


@dataclass(frozen=True)
class Result:
    """What a statement gave back: the formatted bytes and ClickHouse's own counters."""

    data: bytes
    summary: dict[str, str]


class Approved:
    """Statements that the guard has let pass, so that a repeated query is checked once; safe between threads."""

    def __init__(self, table_functions: Collection[str]) -> None:
        self.table_functions = table_functions
        self._seen: dict[tuple[str, bool], bool] = {}
        self._guard = threading.Lock()

    def reads(self, sql: str, own_data: bool) -> bool | None:
        """Return whether a statement that passed only reads; None when it has not been seen."""
        return self._seen.get((sql, own_data))

    def add(self, sql: str, own_data: bool, reads: bool) -> None:
        """Remember a statement, unless it is long; the oldest is forgotten when there are many."""
        if len(sql) > _LONG:
            return
        with self._guard:
            self._seen[sql, own_data] = reads
            while len(self._seen) > _KEPT:
                self._seen.pop(next(iter(self._seen)))


@dataclass
class Handle:
    """One connection to the engine, with the database and the URL settings last applied to it."""

    connection: Any
    approved: Approved
    database: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    used_at: float = 0.0
    lives_s: float = 60.0
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Names the handle, so that `Engine.kill` finds its query."""
    as_prepared: bool = False
    """The last statement left the state as `prepare` made it, so the handle may serve another request of that state."""

    def prepare(self, database: str, settings: Mapping[str, str]) -> None:
        """Make the handle's state that of a request; what is so already costs nothing.

        Settings may hold `readonly`, which the engine never takes back.
        """
        if database and database != self.database:
            self._run("USE `" + database.replace("\\", "\\\\").replace("`", "\\`") + "`")
            self.database = database
        settings = {**settings, _MARK: self.mark}
        wanted = {**dict.fromkeys(self.settings, ""), **settings}
        changes = [_assignment(n, settings.get(n)) for n in wanted if settings.get(n) != self.settings.get(n)]
        if changes:
            self._run("SET " + ", ".join(changes))
        self.settings = settings

    def check_insert(self, statement: Statement, read_only: bool) -> None:
        """Like `check`, for an INSERT with data."""
        self.check(statement.reading_from(_NO_FILE), read_only, own_data=True)

    def check(self, sql: str, read_only: bool, own_data: bool = False) -> None:
        """Raise `EngineError` for a statement that may not run here, or, when only reading is allowed, that writes.

        The engine's own parser says which it is. What it cannot parse raises its own syntax error.
        """
        reads = self.approved.reads(sql, own_data)
        if reads is None:
            known = self.connection._conn.classify_query(sql, "")
            if known["statement_count"] > 1:
                raise EngineError.made(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)", "SYNTAX_ERROR")
            clickhouse_guard.check(self._formatted(sql), self.approved.table_functions, own_data)
            reads = str(known["query_class"]).endswith(".READ_ONLY")
            self.approved.add(sql, own_data, reads)
        if read_only and not reads:
            raise EngineError.made(READONLY, "Cannot execute query in readonly mode", "READONLY")

    def query(self, sql: str, output: str, params: Mapping[str, str]) -> Result:
        """Run a statement to its end and return the whole result in the `output` format."""
        try:
            result = self.connection.query(sql, output, params=dict(params))
            return Result(result.bytes() or b"", _summary(result))
        except (RuntimeError, chdb.ChdbError) as error:
            raise EngineError.of(error) from error

    def stream(self, sql: str, output: str, params: Mapping[str, str]) -> Iterator[bytes]:
        """Yield a SELECT's result block by block; valid for formats whose blocks may simply follow each other."""
        try:
            with self.connection.send_query(sql, output, params=dict(params)) as blocks:
                for block in blocks:
                    yield block.bytes() or b""
        except Exception as error:
            raise EngineError.of(error) from error

    def insert(self, statement: Statement, path: str, params: Mapping[str, str]) -> Result:
        """Run an INSERT with the data of a file; it returns once they are in parts, and raises when they are not.

        The engine's streaming insert is not used: it swallows every error that arises while the last block is stored.
        """
        return self.query(statement.reading_from(path), "Null", params)

    def _formatted(self, sql: str) -> str:
        text = sql.translate(_ESCAPES)
        try:
            return self.query("SELECT formatQuerySingleLine({q:String})", "RawBLOB", {"q": text}).data.decode()
        except EngineError as error:
            raise EngineError(error.code, str(error).split(": In scope SELECT formatQuery")[0]) from error

    def _run(self, sql: str) -> None:
        try:
            self.connection.query(sql, "Null")
        except Exception as error:
            raise EngineError.of(error) from error


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def _assignment(name: str, value: str | None) -> str:
    if not _PLAIN.match(name):
        raise EngineError.made(115, f"Unknown setting {name!r}: it is no name", "UNKNOWN_SETTING")
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
