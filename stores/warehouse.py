"""ClickHouse: columns in, named queries out, and the schema's migrations.

Life cycle: `Warehouse.connect(settings)` checks that the server answers; `migrate()` brings the schema up to date, and
is safe to run from several processes at once (every statement is applied at most once, recorded in `migrations`).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from stores import sql_files
from stores.columns import Column, NoArrowType, Same, rows_of, table_of
from stores.error_texts import unanswered
from stores.errors import Misconfigured, Refused, Retryable
from stores.settings import Settings

T = TypeVar("T")
Row = dict[str, Any]

_PASSING = {75, 159, 202, 209, 210, 241, 243, 252, 439, 999}
"""Server error codes that pass by themselves: time-outs, too many queries or parts, memory, disk, network."""
_NOT_ALLOWED = 497
_UNKNOWN_TABLE, _UNKNOWN_DATABASE, _DENIED = 60, 81, {192, 193, 194, _NOT_ALLOWED, 516}


class Warehouse:
    """One process's connection to the warehouse; safe to use from several threads."""

    def __init__(self, client: Client, database: str) -> None:
        self._client = client
        self._types: dict[str, dict[str, str]] = {}
        self.database = database

    @classmethod
    def connect(cls, settings: Settings, timeout_s: float = 30.0) -> "Warehouse":
        """Connect and make the database if it is absent. Raises `Retryable` when nobody answers."""
        database = settings.clickhouse_database

        def open_client() -> Client:
            return clickhouse_connect.get_client(
                dsn=settings.clickhouse_url.get_secret_value(),
                autogenerate_session_id=False,
                compress=False,
                form_encode_query_params=True,  # a list of a thousand users is too long for an address
                connect_timeout=10,
                send_receive_timeout=timeout_s,
                query_limit=0,
                tz_mode="aware",  # every time of ours carries its offset
            )

        client = guarded(open_client)
        guarded(lambda: client.command("CREATE DATABASE IF NOT EXISTS {d:Identifier}", parameters={"d": database}))
        client.database = database
        return cls(client, database)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Insert columns of equal length and return the number of rows; nothing is sent for zero rows.

        Lists, numpy arrays, Arrow arrays and `Same(value)` may be mixed (see `stores.columns`).
        Returns only after the server has stored them. Raises `Retryable` when it cannot say so: the rows may be there,
        and inserting them again is harmless because every table replaces by its key.
        """
        rows = rows_of(columns)
        if not rows:
            return 0
        try:
            arrow = self.arrow(table, columns)
        except (pa.ArrowException, NoArrowType, TypeError, KeyError, OverflowError):
            # A type or value that only the driver can explain: it converts, or raises with the column's name.
            self._insert_python(table, columns, rows)
        else:
            self.insert_arrow(table, arrow)
        return rows

    def arrow(self, table: str, columns: Mapping[str, Column]) -> Any:  # noqa: ANN401  # pyarrow carries no types
        """Return the columns as an Arrow table of the warehouse table's types (see `stores.columns.table_of`)."""
        return table_of(self.types_of(table), columns)

    def insert_arrow(self, table: str, rows: Any) -> None:  # noqa: ANN401
        """Insert an Arrow table; like `insert` otherwise."""
        guarded(lambda: self._client.insert_arrow(table, rows))

    def _insert_python(self, table: str, columns: Mapping[str, Column], rows: int) -> None:
        names = list(columns)
        data = [[column.value] * rows if isinstance(column, Same) else list(column) for column in columns.values()]
        guarded(lambda: self._client.insert(table, data, column_names=names, column_oriented=True))

    def types_of(self, table: str) -> dict[str, str]:
        """Return the ClickHouse type of each column of a table; asked once."""
        if table not in self._types:
            described = self.rows(
                "SELECT name, type FROM system.columns WHERE database = {d:String} AND table = {t:String}",
                d=self.database,
                t=table,
            )
            self._types[table] = {row["name"]: row["type"] for row in described}
        return self._types[table]

    def query(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401  # whatever the named query takes
        """Run `sql/queries/<name>.sql` with server-side parameters and return its rows as dictionaries."""
        return self.rows(sql_files.named(name), **parameters)

    def rows(self, sql: str, **parameters: Any) -> list[Row]:  # noqa: ANN401  # whatever the query takes
        """Run one SELECT and return its rows as dictionaries."""
        result = guarded(lambda: self._client.query(sql, parameters=parameters or None))
        return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]

    def run(self, name: str, **parameters: Any) -> None:  # noqa: ANN401  # whatever the named statement takes
        """Run the statement `sql/queries/<name>.sql`, which returns nothing (INSERT ... SELECT, ALTER, DELETE)."""
        guarded(lambda: self._client.command(sql_files.named(name), parameters=parameters or None))

    def execute(self, statement: str) -> None:
        """Run one statement of the schema."""
        guarded(lambda: self._client.command(statement))

    def text(self, sql: str, output_format: str = "PrettyCompactNoEscapes") -> bytes:
        """Run any one read-only statement and return the answer as ClickHouse writes it.

        It is written in the FORMAT that the statement names, else in `output_format`.

        Raises `Refused`, with what ClickHouse says of it, when the statement is wrong or would write.
        """
        default = {"X-ClickHouse-Format": output_format}  # which a FORMAT of the statement's own stands above
        try:
            answer = guarded(lambda: self._client.raw_query(sql, settings={"readonly": 1}, transport_settings=default))
        except DatabaseError as error:
            raise Refused(_message(error)) from error
        except Misconfigured as error:
            if isinstance(error.__cause__, DatabaseError) and error.__cause__.code in (_UNKNOWN_TABLE,):
                message = f'{_message(error.__cause__)}; `tidewheel sql "SHOW TABLES"` lists what there is'
                raise Refused(message) from error
            if isinstance(error.__cause__, DatabaseError) and error.__cause__.code == _NOT_ALLOWED:
                raise Refused(_message(error.__cause__)) from error
            raise
        return answer

    def migrate(self) -> list[str]:
        """Apply the migrations that this database has not seen and return their names.

        Several processes may migrate at once. What the others have done is asked again before each migration, and
        whoever applied any makes the views anew: a slower one may have made an older view after that.
        """
        self.execute(_STATE_TABLE)
        seen, applied = self._migrated(), list[str]()
        for migration in sql_files.migrations():
            if migration.number in seen or migration.number in (seen := self._migrated()):
                continue
            for statement in migration.statements:
                self.execute(_if_absent(statement))
            self.insert("migrations", {"number": [migration.number], "name": [migration.name]})
            applied.append(f"{migration.number:04d}_{migration.name}")
        if applied and seen <= {one.number for one in sql_files.migrations()}:  # else a later version made the views
            for view in sql_files.views():
                self.execute(view)
        return applied

    def _migrated(self) -> set[int]:
        return {row["number"] for row in self.rows("SELECT DISTINCT number FROM migrations")}


_STATE_TABLE = """
CREATE TABLE IF NOT EXISTS migrations
(
    number UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree ORDER BY number
"""


def _message(error: DatabaseError) -> str:
    """Return what ClickHouse says, without its version, address and list of every word that it would have taken."""
    message = str(error).split("server response: ")[-1].split(" (version ")[0]
    return "ClickHouse: " + re.split(r"[.:] Expected one of", message.split("DB::Exception: ")[-1])[0]


def _if_absent(statement: str) -> str:
    """Make a CREATE of a migration harmless when another process was quicker."""
    for kind in ("TABLE", "VIEW", "MATERIALIZED VIEW"):
        statement = statement.replace(f"CREATE {kind} ", f"CREATE {kind} IF NOT EXISTS ", 1)
    return statement


def guarded(call: Callable[[], T]) -> T:
    """Return what the call returns, its driver errors sorted by what the caller should do (see `stores.errors`)."""
    try:
        return call()
    except DatabaseError as error:
        code = getattr(error, "code", None)
        if code in _PASSING:
            raise Retryable(f"ClickHouse is overloaded or out of room ({error}); waiting for it") from error
        if code in (_UNKNOWN_TABLE, _UNKNOWN_DATABASE):
            raise Misconfigured(
                f"the warehouse lacks a table ({error}); run `tidewheel up` to apply the schema"
            ) from error
        if code in _DENIED:
            raise Misconfigured(f"ClickHouse refused the user; check TIDEWHEEL_CLICKHOUSE_URL ({error})") from error
        if code is None and isinstance(error, OperationalError):
            raise unanswered("ClickHouse", error) from error
        raise
    except OSError as error:
        raise unanswered("ClickHouse", error) from error
