"""How much is indexed, and how long the rest takes at the speed of the last minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.indexing import Indexed, read, time_left
from stores.warehouse import Warehouse


@pytest.mark.parametrize(
    ("waiting", "recent", "seconds", "left"),
    [(300, 100, 50.0, 150.0), (0, 100, 50.0, None), (300, 0, 0.0, None), (300, 64, 1.0, None)],
)
def test_the_rest_takes_as_long_as_what_was_just_done(
    waiting: int, recent: int, seconds: float, left: float | None
) -> None:
    assert time_left(waiting, recent, seconds) == left


def insert(warehouse: Warehouse, table: str, rows: list[Mapping[str, Any]]) -> None:
    warehouse.insert(table, {name: [row[name] for row in rows] for name in rows[0]})


def test_it_is_counted_by_what_the_collection_shows_now(warehouse: Warehouse, tenant: str) -> None:
    assert read(warehouse, tenant, "c") == Indexed(0, 0, 0, None)
    documents: list[Mapping[str, Any]] = [
        {"tenant": tenant, "document": f"d{n}", "version": 1, "kind": "page"} for n in range(8)
    ]
    insert(warehouse, "documents", documents)
    now, revision = datetime.now(UTC), 1 << 192
    applied = {"tenant": tenant, "collection": "c", "document_revision": revision}
    times = {"d0": timedelta(days=1), "d1": timedelta(seconds=60), "d2": timedelta(seconds=20)}
    insert(warehouse, "applied", [applied | {"document": d, "applied_at": now - age} for d, age in times.items()])
    found = read(warehouse, tenant, "c")
    assert (found.total, found.done, found.waiting, found.whole) == (8, 3, 5, False)
    assert found.eta_s == pytest.approx(150, abs=25), "2 within a minute, 5 are left"
    nothing = read(warehouse, tenant, "")
    assert (nothing.done, nothing.waiting, nothing.eta_s) == (0, 8, None)
