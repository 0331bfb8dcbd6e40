"""Clicks on unknown documents are counted, and it is said what known ids look like."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.items import Fault, Happened, Item
from connectors.openings import Openings
from stores.settings import Settings
from stores.warehouse import Warehouse

AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    found = Warehouse.connect(stack)
    found.migrate()
    yield found
    found.close()


def insert_documents(warehouse: Warehouse, tenant: str, name: str) -> None:
    row = {"tenant": tenant, "document": name, "version": 1, "acl": ["everyone"]}
    warehouse.insert("documents", {column: [value] for column, value in row.items()})


def heard(*documents: str) -> Openings:
    found = Openings()
    items: list[Item] = [
        Happened("DocumentOpened", (name,), AT, {"user": "ana", "document": name}) for name in documents
    ]
    others: list[Item] = [Happened("SearchServed", ("s",), AT, {"query": "x"}), Fault("line 3", "time: missing")]
    assert list(found.counted([*items, *others])) == [*items, *others], "all go on as they are"
    return found


def test_it_counts_openings_and_names_one_of_each_kind(warehouse: Warehouse, tenant: str) -> None:
    insert_documents(warehouse, tenant, "handbook/wifi.md")
    said = heard("handbook/wifi.md", "wifi.md", "wifi.md", "leave.md").unknown(warehouse, tenant)
    assert said.startswith(f"3 of 4 openings are of documents that tenant '{tenant}' does not have, such as 'leave.md'")
    assert "'handbook/wifi.md'" in said
    assert "--before" in said
    assert heard("handbook/wifi.md").unknown(warehouse, tenant) == ""
    assert heard().unknown(warehouse, tenant) == ""


def test_documents_of_other_tenants_are_no_documents(warehouse: Warehouse, tenant: str) -> None:
    insert_documents(warehouse, f"{tenant}-other", "handbook/wifi.md")
    said = heard("handbook/wifi.md").unknown(warehouse, tenant)
    assert said.startswith("1 of 1 openings")
    assert "it has none yet" in said


def test_where_no_stack_answers_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path / "none"))
    assert heard("wifi.md").warning("acme") == ""
