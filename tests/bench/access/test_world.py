"""What of a tenant's events the ledger has, on a real warehouse."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bench.access.world import in_ledger
from bench.documents.population import Population
from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.envelope import Event
from schemas.instants import milliseconds
from stores.settings import Settings
from tests.streams.world import World


@pytest.fixture
def streams(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


@pytest.mark.thorough
def test_an_event_is_stored_once_its_batch_is_in_the_ledger(streams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    streams.wall, population = milliseconds(datetime.now(UTC)), Population(streams.tenant, 1)
    made = [population.new(), population.new()]
    changes = [*made, population.delete(made[0].document)]
    events = [change.event for change in changes]

    def stored() -> set[str]:
        return in_ledger(streams.warehouse, streams.tenant, [*events, "unknown"])

    assert stored() == set()
    kinds: tuple[type[Event], ...] = (DocumentUpserted, DocumentUpserted, DocumentDeleted)
    sent = [kind.model_validate_json(change.record[2] or b"") for change, kind in zip(changes, kinds, strict=True)]
    with monkeypatch.context() as patched:
        patched.setattr(type(streams.writer.inserts), "insert", _all_but_the_ledger(streams))
        streams.feed(*sent[:1])
    assert stored() == set(), "its row alone does not count"
    streams.feed(*sent[1:], partition=1)
    assert stored() == set(events[1:])


def _all_but_the_ledger(streams: World) -> object:
    insert = type(streams.writer.inserts).insert

    def chosen(self: object, table: str, columns: object) -> int:
        return 0 if table == "batches" else insert(self, table, columns)  # type: ignore[arg-type]  # as the real one

    return chosen
