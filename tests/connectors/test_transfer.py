"""What the broker has is remembered, what it has not is sent again, and what is wrong loses nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors import transfer
from connectors.items import Document, Item
from connectors.planning import Planner
from connectors.sent_file import Sent, read
from connectors.transfer import Done, Transfer
from operations.events import Record
from stores.errors import Retryable

NOW = datetime(2026, 11, 27, tzinfo=UTC)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Broker:
    """Takes records until it is away."""

    def __init__(self, batches: int = 1_000) -> None:
        self.values: list[bytes] = []
        self.lines: list[str] = []
        self._batches = batches

    def deliver(self, records: Sequence[Record]) -> None:
        if not self._batches:
            raise Retryable("the broker did not answer")
        self._batches -= 1
        self.values += [record.value for record in records]

    def run(self, items: list[Item], sent: Sent | None = None, whole: bool = False) -> Done:
        planner = Planner("acme", "wiki", sent or Sent(), NOW)
        return Transfer(planner, self.deliver, self.lines.extend).run(iter(items), NOW, whole, False)


def pages(count: int) -> list[Item]:
    return [Document(f"p{n}", AT, f"Page {n}", "text", ("staff",)) for n in range(count)]


def test_all_is_sent_once_over_two_runs() -> None:
    broker = Broker()
    assert broker.run(pages(5)).events == {"DocumentUpserted": 5}
    done = broker.run(pages(6), read(broker.lines))
    assert (done.events, done.unchanged, len(broker.values)) == ({"DocumentUpserted": 1}, 5, 6)


def test_a_run_that_was_cut_short_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_BATCH", 2)
    broken = Broker(batches=2)
    with pytest.raises(Retryable):
        broken.run(pages(7))
    assert len(broken.lines) == len(broken.values) == 4
    rest = Broker()
    rest.run(pages(7), read(broken.lines))
    assert len({*broken.values, *rest.values}) == len(broken.values) + len(rest.values) == 7


def test_what_is_only_to_be_remembered_is_so_without_an_event() -> None:
    row = Document("a", AT, "a", "text", ("staff",), version=1, ordered=True)
    broker = Broker()
    broker.run([row])
    done = broker.run([replace(row, version=2)], read(broker.lines))
    assert (done.events, done.unchanged, len(broker.values)) == ({}, 1, 1)
    assert read(broker.lines).documents["a"].place == 2


def test_a_wrong_item_is_named_and_the_others_are_sent() -> None:
    broker = Broker()
    wrong = Document("late", AT.replace(year=2030), "Late", "text", ())
    done = broker.run([*pages(2), wrong])
    assert done.events == {"DocumentUpserted": 2}
    assert [(fault.where, "future" in fault.reason) for fault in done.faults] == [("late", True)]
    assert "late" not in read(broker.lines).documents


def test_a_dry_run_says_the_same_and_sends_nothing() -> None:
    told: list[int] = []
    planner = Planner("acme", "wiki", Sent(), NOW)
    done = Transfer(planner, None, lambda lines: pytest.fail("remembered"), told.append).run(pages(3), NOW, True, False)
    assert done.events == {"DocumentUpserted": 3}
    assert told == [0, 1, 2]


def test_a_stop_keeps_what_the_broker_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_BATCH", 2)

    def items() -> Iterator[Item]:
        yield from pages(3)
        raise KeyboardInterrupt

    broker = Broker()
    planner = Planner("acme", "wiki", Sent(), NOW)
    done = Transfer(planner, broker.deliver, broker.lines.extend).run(items(), NOW, True, False)
    assert (done.stopped, len(broker.lines), done.events) == (True, 2, {"DocumentUpserted": 2})


def test_what_a_whole_source_lost_is_deleted() -> None:
    broker = Broker()
    broker.run(pages(3))
    done = broker.run(pages(2), read(broker.lines), whole=True)
    assert done.events == {"DocumentDeleted": 1}


def test_what_is_too_long_is_sent_and_counted() -> None:
    broker = Broker()
    done = broker.run([Document("a", AT, "x" * 3_000, "text", ("staff",))])
    assert (done.events, done.cut) == ({"DocumentUpserted": 1}, 1)
