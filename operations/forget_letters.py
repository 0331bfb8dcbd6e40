"""The dead letters that name a person: read one by one, because nobody knows their form.

A letter is a tenant's by its key or by a field `tenant` in its bytes. One that names no tenant at all may be anybody's:
it is counted, and noted only where that is asked for.
"""

from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Protocol

from operations.spelling import mentions, tenants_in
from schemas.ids import SEPARATOR
from stores.ports import Inserts, Queries

Row = dict[str, Any]

_AT_ONCE = 200
_PLACE = ("topic", "topic_id", "partition", "offset")


class Warehouse(Queries, Inserts, Protocol):
    """What is needed of `stores.warehouse.Warehouse`."""


def note_letters(warehouse: Warehouse, tenant: str, person: str, strays: bool) -> int:
    """Write the places of the letters that name the person into the table `forgetting`.

    Returns how many more name the person but no tenant; with `strays` they are noted too, and none is left.
    """
    left_alone = 0
    last: Sequence[Any] = ("", "", 0, -1)
    while rows := warehouse.query("forget_scan", **dict(zip(_PLACE, last, strict=True)), most=_AT_ONCE):
        named = []
        for row in rows:
            key, value = b64decode(row["key"]), b64decode(row["value"])
            whose = owner_of(key, value, tenant)
            if whose is not None and _names(key, value, row["reason"], person):
                if whose or strays:
                    named.append(row)
                else:
                    left_alone += 1
        columns = {name: [row[name] for row in named] for name in _PLACE}
        warehouse.insert("forgetting", {"what": ["letter"] * len(named), **columns})
        last = [rows[-1][name] for name in _PLACE]
    return left_alone


def owner_of(key: bytes, value: bytes, tenant: str) -> bool | None:
    """Return whether a dead letter is the tenant's, by its key or its words; None when it is another's.

    False is a letter that names no tenant at all: nobody can tell whose it is.
    """
    first, separator, _ = key.partition(SEPARATOR.encode())
    named = tenants_in(value)
    if (separator and first == tenant.encode()) or tenant in named:
        return True
    return None if separator or named else False


def _names(key: bytes, value: bytes, reason: str, person: str) -> bool:
    """Tell whether a letter names the person: in its key behind the tenant, its bytes, or its reason."""
    whom = key.partition(SEPARATOR.encode())[2] or key
    return any(mentions(part, person) for part in (whom, value, reason.encode()))
