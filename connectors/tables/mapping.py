"""What the columns of a table mean: a small TOML file, checked before a row is read.

type = "DocumentUpserted"        # or another event that producers send
[columns]                        # the event's field: the column, or several that are joined
document = "id"
title = "subject"
body = ["summary", "text"]
updated_at = "changed_on"
acl = "groups"
deleted = "archived"             # a cell that is true, yes, 1 or x: the document is gone
[values]                         # the same for every row, read as cells are
kind = "ticket"
[lists]
separator = ";"                  # parts the cells that are lists: acl, cited, results
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.tables import cells
from schemas.topics import PRODUCED, TOPIC_OF
from stores.error_texts import suggestion
from stores.errors import Misconfigured

_MADE = ("type", "tenant", "schema_version", "app", "renamed_to", "links")
_BESIDE = ("deleted", "occurred_at", "event_id")


class Lists(BaseModel):
    """How cells that are lists are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    separator: str = Field(default=";", min_length=1)


class TableMapping(BaseModel):
    """Which event a row is, and which of its fields each column holds; `values` are of every row."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: str = "DocumentUpserted"
    columns: dict[str, str | tuple[str, ...]]
    values: dict[str, Any] = Field(default_factory=dict)
    lists: Lists = Field(default_factory=Lists)

    def sources(self, name: str) -> tuple[str, ...]:
        """Return the columns of a field, none where it has none."""
        found = self.columns.get(name, ())
        return (found,) if isinstance(found, str) else tuple(found)


def load(path: Path) -> TableMapping:
    """Return the mapping of a file. Raises `Misconfigured` with what is wrong and what is right."""
    try:
        with path.open("rb") as file:
            return parsed(tomllib.load(file), str(path))
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: no TOML: {error}") from error


def parsed(said: Mapping[str, Any], where: str) -> TableMapping:
    """Return the mapping that a table of TOML is. Raises `Misconfigured`."""
    try:
        mapping = TableMapping.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise Misconfigured(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if mapping.type not in PRODUCED:
        raise Misconfigured(
            f"{where}: type: '{mapping.type}' is no event that is sent, {suggestion(mapping.type, PRODUCED)}"
        )
    known = fields(mapping.type)
    for name in (*mapping.columns, *mapping.values):
        if name not in known:
            raise Misconfigured(f"{where}: '{name}' is no field of {mapping.type}, {suggestion(name, known)}")
    return mapping.model_copy(update={"values": dict(_typed(mapping, where))})


def _typed(mapping: TableMapping, where: str) -> Iterator[tuple[str, Any]]:
    for name, stated in mapping.values.items():
        try:
            yield name, cells.value(name, [stated], mapping.lists.separator) if cells.is_typed(name) else stated
        except cells.Wrong as error:
            raise Misconfigured(f"{where}: values: {error}") from error


def fields(kind: str) -> list[str]:
    """Return the fields that a mapping for this type may name; those of the search that led to it with a dot."""
    event = next(event for event in TOPIC_OF[kind].events if event.__name__ == kind)
    own = [name for name in event.model_fields if name not in _MADE]
    nested = [f"from_search.{name}" for name in ("search", "query", "rank")] if "from_search" in own else []
    target = (
        [f"target.{name}" for name in ("kind", "document", "answer", "question", "cited")] if "target" in own else []
    )
    own = [name for name in own if name not in ("from_search", "target", "version")]
    return sorted({*own, *nested, *target, *_BESIDE, *(["version"] if "version" in event.model_fields else [])})
