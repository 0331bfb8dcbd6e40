"""Group commit for the warehouse: what several threads insert at the same time goes in one INSERT.

Every INSERT costs the server about 10 ms and a part on disk, whatever its size; partitions that are worked on at the
same time therefore share it. The first thread that has something to insert into a table leads: it takes what waits and
inserts it, while others queue up behind it; when it is done it hands the lead to the first of those and returns. So no
thread waits for anybody's work but its own and what was sent along with it, and a lone insert waits for nobody.
Where the last INSERT was of several, the leader waits `LINGER_S` for those that come with its own.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from stores.columns import Column, rows_of
from stores.errors import TidewheelError
from stores.warehouse import Warehouse

MAX_ROWS = 100_000
MAX_BYTES = 64 * 1024 * 1024
"""Of one INSERT; bounds the memory that the server needs for it."""

LINGER_S = 0.03
LINGER_ROWS = 1_000
"""For as long as a small INSERT takes; what begins together is decoded within that. A larger one goes at once."""


@dataclass(slots=True)
class _Part:
    rows: Any  # an Arrow table
    woken: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    failure: Exception | None = None


class GroupedInserts:
    """Inserts of one process, grouped by table; safe to use from several threads."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._lock = threading.Lock()
        self._waiting: dict[Any, list[_Part]] = {}
        self._several = set[Any]()
        """The groups whose last INSERT was of several parts."""

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Insert columns and return the number of rows, after the server has stored them (see `Warehouse.insert`)."""
        if not rows_of(columns):
            return 0
        part = _Part(self._warehouse.arrow(table, columns))
        key = (table, tuple(part.rows.schema.names), tuple(part.rows.schema.types))
        with self._lock:
            leads = key not in self._waiting
            self._waiting.setdefault(key, []).append(part)
        if not leads:
            part.woken.wait()
        if not part.done:
            self._lead(table, key, part)
        if part.failure is not None:
            raise _again(part.failure) from part.failure
        return len(part.rows)

    def _lead(self, table: str, key: Any, part: _Part) -> None:  # noqa: ANN401  # whatever tells groups apart
        if key in self._several and len(part.rows) < LINGER_ROWS:
            time.sleep(LINGER_S)
        with self._lock:
            group = _fitting(self._waiting[key])
            del self._waiting[key][: len(group)]
            (self._several.add if len(group) > 1 else self._several.discard)(key)
        failure: Exception | None = None
        try:
            self._warehouse.insert_arrow(table, pa.concat_tables([part.rows for part in group]))
        except Exception as error:  # raised to every member of the group
            failure = error
        finally:
            with self._lock:
                successor = next(iter(self._waiting[key]), None)
                if successor is None:
                    del self._waiting[key]
            for member in group:
                member.done, member.failure = True, failure
                member.woken.set()
            if successor is not None:
                successor.woken.set()


def _fitting(waiting: list[_Part]) -> list[_Part]:
    """Return the first parts that make one INSERT of bounded size; always at least one."""
    rows = size = 0
    for number, part in enumerate(waiting):
        rows, size = rows + len(part.rows), size + part.rows.nbytes
        if number and (rows > MAX_ROWS or size > MAX_BYTES):
            return waiting[:number]
    return list(waiting)


def _again(failure: Exception) -> Exception:
    """Return an exception of its own for each thread that shares a failure."""
    return type(failure)(str(failure)) if isinstance(failure, TidewheelError) else failure
