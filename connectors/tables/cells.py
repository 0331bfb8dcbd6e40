"""Cells of a table as their fields are: an instant, a number, a list, a mark, or text. Pure."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from connectors.instants import moment
from stores.errors import Poison

LISTS = ("acl", "cited", "target.cited", "results", "impressions")
_INSTANTS = ("occurred_at", "updated_at")
_WHOLE = ("version", "from_search.rank", "serving_version")
_BROKEN = ("dwell_seconds", "latency_ms")
_RANKED = ("results", "impressions")
_TRUE = {"true", "yes", "y", "1", "x"}
_RIGHT = "ISO 8601, or seconds or milliseconds since 1970"


class Wrong(Poison):
    """A cell that is not what its field has to be."""


def is_typed(name: str) -> bool:
    """Return whether a field is anything but text."""
    return name == "deleted" or name in (*LISTS, *_INSTANTS, *_WHOLE, *_BROKEN)


def value(name: str, cells: Sequence[Any], separator: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return the value of a field whose cells, at least one, these are. Raises `Wrong`."""
    first = cells[0]
    if name in _INSTANTS:
        return instant(first, name)
    if name in _WHOLE or name in _BROKEN:
        return number(first, name, whole=name in _WHOLE)
    if name in LISTS:
        return _list(name, cells, separator)
    if name == "deleted":
        return str(first).strip().lower() in _TRUE
    return "\n\n".join(str(cell) for cell in cells) if name == "body" else " ".join(str(cell).strip() for cell in cells)


def instant(cell: object, name: str) -> datetime:
    """Return the instant that a cell is. Raises `Wrong`."""
    found = moment(cell)
    if found is None:
        raise Wrong(f"{name}: '{str(cell)[:60]}' is none; {_RIGHT} is right")
    return found


def number(cell: object, name: str, whole: bool) -> int | float:
    """Return the number that a cell is, a finite one. Raises `Wrong`."""
    try:
        found = float(str(cell).strip())
    except ValueError:
        found = float("nan")
    if not isfinite(found) or (whole and not found.is_integer()):
        raise Wrong(f"{name}: '{str(cell)[:60]}' is none; a {'whole ' if whole else ''}number is right")
    return int(found) if whole else found


def _list(name: str, cells: Sequence[Any], separator: str) -> list[Any]:
    parts = [part for cell in cells for part in (cell if isinstance(cell, list) else str(cell).split(separator))]
    named = [part.strip() if isinstance(part, str) else part for part in parts]
    kept = [part for part in named if part not in (None, "")]
    if name not in _RANKED:
        return [str(part) for part in kept]
    return [part if isinstance(part, dict) else {"document": str(part), "rank": rank}
            for rank, part in enumerate(kept, start=1)]  # fmt: skip
