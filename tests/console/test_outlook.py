"""What is said before a training that cannot succeed yet."""

from datetime import UTC, datetime

import pytest

from console.outlook import in_words, outlook
from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from trainer.config import TrainingConfig

AT = datetime(2026, 5, 2, tzinfo=UTC)


def pair(name: str, anchor: str, **more: object) -> dict[str, object]:
    made = {"pair": name, "kind": "search_click", "anchor": anchor, "document": "d", "weight": 1.0, "occurred_at": AT}
    return made | {"withdrawn": False} | more


def test_it_says_what_there_is_what_the_gate_needs_and_that_it_is_an_estimate() -> None:
    assert in_words(10, TrainingConfig()) == (
        "People opened a result after 10 different queries so far. About 3 of them are held out to judge by, an "
        "estimate; the gate needs 50. Before there are about 167 different queries, a run likely ends INCONCLUSIVE."
    )
    assert "INCONCLUSIVE" in in_words(0, TrainingConfig())
    assert in_words(400, TrainingConfig()).endswith(
        "About 120 of them are held out to judge by, an estimate; the gate needs 50."
    )


def test_each_query_counts_once_and_only_if_something_was_opened(
    stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    assert "after 0 different queries" in outlook(warehouse, stack, tenant)
    rows = [
        pair("1", "travel"), pair("2", " Travel "), pair("3", "leave", kind="citation_click"),
        pair("4", "passed over", weight=-1.0), pair("5", "taken back", withdrawn=True),
        pair("6", "a title", kind="title_body"),
    ]  # fmt: skip
    warehouse.insert(
        "pairs", {name: [{"tenant": tenant, **row}[name] for row in rows] for name in ("tenant", *rows[0])}
    )
    assert "after 2 different queries" in outlook(warehouse, stack, tenant)


def test_retrain_says_it_at_once(
    tidewheel: CommandLine, stack: Settings, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stack, warehouse.database, monkeypatch)
    event = {"topic": "clicks", "topic_id": tenant, "event_id": "e", "tenant": tenant, "type": "DocumentOpened"}
    warehouse.insert("events", {name: [value] for name, value in event.items()})
    asked = tidewheel("retrain", "--tenant", tenant, "--by", "ana")
    assert asked.code == 0, asked.err
    assert "requested;" in asked.out
    assert "after 0 different queries so far" in asked.out
    assert "5 to 6 minutes on two cores" in asked.out
