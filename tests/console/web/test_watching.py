"""What people got since a cutover is counted once in some minutes for pages, and anew for another record."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from console.web.watching import EVERY, Watching
from operations import since_cutover
from operations.since_cutover import SinceCutover
from retrieval.satisfied_shares import Person, compared
from stores.errors import Retryable
from stores.serving import ServingRecord
from stores.settings import Settings
from tests.console.web.browsing import NOW

RECORD = ServingRecord(tenant="acme", model="m", collection="c", version=2, packet="p", moved_at=NOW)


def test_it_is_counted_anew_after_some_minutes_for_another_record_and_for_another_tenant(
    stack: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = list[str]()

    def read(warehouse: object, tenant: str, record: ServingRecord, *_: object) -> SinceCutover:
        counted.append(f"{tenant} {record.version}")
        return SinceCutover(record.model, NOW, compared([Person(1, 1, 1, 1)] * len(counted)))

    monkeypatch.setattr(since_cutover, "read", read)
    watching, stores = Watching(), SimpleNamespace(warehouse=None, where=stack)
    asked: list[tuple[str, ServingRecord, timedelta]] = [
        ("acme", RECORD, timedelta(0)), ("acme", RECORD, EVERY / 2), ("bolt", RECORD, EVERY / 2),
        ("acme", RECORD, EVERY), ("acme", RECORD.model_copy(update={"version": 3}), EVERY),
    ]  # fmt: skip
    found = [watching.of(stores, tenant, record, NOW + later) for tenant, record, later in asked]  # type: ignore[arg-type]
    assert counted == ["acme 2", "bolt 2", "acme 2", "acme 3"]
    assert [one and one.found.since.people for one in found] == [1, 1, 2, 3, 4]


def test_a_page_does_without_where_the_warehouse_is_away(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Retryable("away"), SinceCutover("m", NOW, compared([]))])

    def read(*_: object) -> SinceCutover:
        answer: Any = next(answers)
        if isinstance(answer, Exception):
            raise answer
        found: SinceCutover = answer
        return found

    monkeypatch.setattr(since_cutover, "read", read)
    watching, stores = Watching(), SimpleNamespace(warehouse=None, where=stack)
    assert watching.of(stores, "acme", RECORD, NOW) is None  # type: ignore[arg-type]
    assert watching.of(stores, "acme", RECORD, NOW) is not None, "it is asked again"  # type: ignore[arg-type]
    assert watching.of(stores, "acme", None, NOW) is None  # type: ignore[arg-type]
