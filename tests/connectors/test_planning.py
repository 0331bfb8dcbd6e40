"""What is new is sent once; what a whole source has no more is deleted, unless the source was not seen whole."""

from datetime import UTC, datetime

import pytest

from connectors.items import Document, Fault, Happened, LeftOut, Removed
from connectors.planning import Planner
from connectors.sent_file import Sent, read
from stores.errors import Refused

NOW = datetime(2026, 11, 27, tzinfo=UTC)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def page(name: str, body: str = "text") -> Document:
    return Document(name, AT, name, body, ("staff",))


def run(sent: Sent, *items: Document | Removed | Happened | LeftOut | Fault) -> tuple[Planner, list[str]]:
    """The planner after these items, and the lines to remember."""
    planner = Planner("acme", "wiki", sent, NOW)
    return planner, [planned.line for item in items if (planned := planner.take(item))]


def test_a_second_run_sends_what_is_new_alone() -> None:
    click = Happened("DocumentOpened", ("1",), AT, {"user": "ana", "document": "a"})
    _, lines = run(Sent(), page("a"), page("b"), click)
    planner, again = run(read(lines), page("a"), page("b", "other"), click)
    assert len(lines) == 3
    assert [line.split("\t")[1] for line in again] == ["b"]
    assert planner.unchanged == 2


def test_the_same_document_twice_in_a_run_is_sent_once() -> None:
    assert len(run(Sent(), page("a"), page("a"))[1]) == 1


def row(body: str, version: int, *acl: str) -> Document:
    return Document("a", AT, "a", body, acl, version=version, ordered=True)


def test_of_two_rows_the_newer_holds_in_whatever_order_they_stand_and_in_every_later_run() -> None:
    new, old = row("new", 2, "hr"), row("old", 1, "everyone")
    planner, lines = run(Sent(), new, old)
    assert len(lines) == 1
    assert planner.left_out == {"older than what was sent": 1}
    for rows in (new, old), (old, new), (old,):
        planner, again = run(read(lines), *rows)
        assert again == []
        assert planner.left_out == {"older than what was sent": 1}
    assert len(run(read(lines), row("newer", 2, "hr"))[1]) == len(run(read(lines), row("newer", 3, "hr"))[1]) == 1
    _, lines = run(Sent(), old, new)
    assert len(lines) == 2
    assert not run(read(lines), old, new)[1]


@pytest.mark.parametrize("version", [1, 3])
def test_a_row_that_says_nothing_new_is_remembered_as_the_newest_all_the_same(version: int) -> None:
    _, lines = run(Sent(), row("same", 1, "hr"))
    same = row("same", version, "hr")
    of_an_earlier_version = ["\t".join(line.split("\t")[:4]) + "\n" for line in lines]
    planner = Planner("acme", "wiki", read(of_an_earlier_version), NOW)
    learned = planner.take(same)
    assert learned is not None
    assert (learned.event, planner.unchanged) == ({}, 1)
    lines = [*of_an_earlier_version, learned.line]
    assert not run(read(lines), same)[1]
    assert not run(read(lines), row("old", version - 1, "everyone"))[1]


def test_a_removal_and_what_is_missing_leave_the_order_as_it_was() -> None:
    _, lines = run(Sent(), row("text", 2, "hr"))
    planner, _ = run(read(lines))
    lines += [planned.line for planned in planner.missing(True)]
    assert not run(read(lines), row("old", 1, "everyone"))[1]
    assert len(run(read(lines), row("text", 2, "hr"))[1]) == 1
    _, gone = run(read(lines), Removed("a", AT, version=3, ordered=True))
    assert len(run(read([*lines, *gone]), row("back", 4, "hr"))[1]) == 1


def test_a_source_without_an_order_may_go_back() -> None:
    _, lines = run(Sent(), Document("a", AT, "a", "new", ("hr",)))
    assert len(run(read(lines), Document("a", AT.replace(day=1), "a", "old", ("hr",)))[1]) == 1


def test_what_is_missing_is_deleted_once_after_what_was_sent() -> None:
    _, lines = run(Sent(), page("a"), page("b"))
    planner, _ = run(read(lines), page("a"))
    gone = list(planner.missing(False))
    assert [(planned.event["type"], planned.event["document"]) for planned in gone] == [("DocumentDeleted", "b")]
    assert gone[0].event["version"] > read(lines).documents["b"].version
    later, _ = run(read([*lines, gone[0].line]), page("a"))
    assert not list(later.missing(False))


def test_a_document_that_cannot_be_read_is_not_missing() -> None:
    _, lines = run(Sent(), page("a"), page("b"))
    planner, _ = run(read(lines), page("a"), Fault("b", "not UTF-8", "b"))
    assert not list(planner.missing(False))


def test_nothing_is_missing_where_part_of_the_source_was_not_seen() -> None:
    _, lines = run(Sent(), page("a"), page("b"))
    planner, _ = run(read(lines), page("a"), Fault("folder", "permission denied"))
    assert not list(planner.missing(False))


def test_most_of_a_source_is_deleted_on_demand_alone() -> None:
    _, lines = run(Sent(), *(page(f"p{n}") for n in range(50)))
    planner, _ = run(read(lines), page("p0"))
    with pytest.raises(Refused, match="49 of the 50"):
        list(planner.missing(False))
    assert len(list(planner.missing(True))) == 49


def test_a_rename_is_sent_once_and_counts_as_seen() -> None:
    _, lines = run(Sent(), page("a"))
    planner, renamed = run(read(lines), page("b"), Removed("a", AT, "b"))
    assert len(renamed) == 2
    assert not list(planner.missing(False))
    assert not run(read([*lines, *renamed]), page("b"), Removed("a", AT, "b"))[1]


def test_what_nobody_finds_is_counted_and_so_is_what_was_left_out() -> None:
    planner = Planner("acme", "wiki", Sent(), NOW)
    hidden = planner.take(Document("a", AT, "a", "b", ()))
    assert hidden is not None
    assert hidden.hidden
    assert planner.take(LeftOut("drafts")) is None
    assert planner.left_out == {"drafts": 1}
