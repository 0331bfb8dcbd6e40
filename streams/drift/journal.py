"""What a replay has judged so far, kept in a file, so that one that was cut off goes on where it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATETIME

_INSTANT = "instant"
"""The one key of what stands for an instant."""


@dataclass(frozen=True, slots=True)
class Journal:
    """A file with one line for every table's rows that were written together; without a `path` nothing is kept.

    Not for two processes at once.
    """

    path: Path | None = None

    def read(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield what was written, in order; a last line that was cut off is taken away, as if it had not been begun."""
        if self.path is None or not self.path.is_file():
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            self.path.write_bytes(whole)
        for line in whole.splitlines():
            table, rows = orjson.loads(line)
            yield table, [{name: _read(value) for name, value in row.items()} for row in rows]

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows of a table; values are what JSON has, instants, and arrays of numbers, which are read as lists."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as out:
            out.write(orjson.dumps([table, rows], default=_written, option=_OPTIONS) + b"\n")


def _written(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_INSTANT: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is no value of a row")


def _read(value: Any) -> Any:  # noqa: ANN401  # what JSON has
    if isinstance(value, list):
        return [_read(each) for each in value]
    return datetime.fromisoformat(value[_INSTANT]) if isinstance(value, dict) and value.keys() == {_INSTANT} else value
