"""A tab open for days, a pasted log as query, a clock that was set back: the click counts all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stores.settings import Settings
from tests.cases.sending import send
from tests.streams.world import World

INPUTS = Path(__file__).parent / "07-clicks-with-odd-details"


@pytest.fixture(scope="module")
def world(stack: Settings) -> Iterator[World]:
    made = World(stack, "case07")
    assert send(made, INPUTS / "clicks.jsonl") == []
    yield made
    made.remove()


def event(world: World, event_id: str) -> dict[str, object]:
    (row,) = world.warehouse.rows(
        "SELECT query, rank, dwell_s, clipped FROM accepted WHERE event_id = {id:String}", id=event_id
    )
    return row


def test_a_long_dwell_is_a_day(world: World) -> None:
    """A dwell of more than a day is cut to a day."""
    assert event(world, "o-1") == {
        "query": "guest wifi",
        "rank": 1,
        "dwell_s": 86_400.0,
        "clipped": {"dwell_seconds": 1},
    }


def test_a_negative_dwell_is_not_known(world: World) -> None:
    """A dwell of -0.2 s, from a clock that was set back, is not known."""
    assert event(world, "o-2") == {"query": "", "rank": 0, "dwell_s": -1.0, "clipped": {"dwell_seconds": 1}}


@pytest.mark.parametrize(("event_id", "what"), [("o-3", "from_search.query"), ("o-5", "question"), ("o-6", "query")])
def test_a_pasted_log_is_cut(world: World, event_id: str, what: str) -> None:
    """A query or question with a pasted log is cut to 2,000 characters."""
    row = event(world, event_id)
    assert len(str(row["query"])) == 2_000
    assert dict(row["clipped"]).get(what) == 1  # type: ignore[call-overload]  # a map


def test_a_deep_rank_is_the_deepest(world: World) -> None:
    """A rank beyond 10,000 counts as 10,000."""
    assert event(world, "o-4")["rank"] == 10_000


def test_too_many_parts_of_a_list_are_left_out(world: World) -> None:
    """Of too many cited documents or impressions the first ones stay."""
    assert event(world, "o-7")["clipped"] == {"target.question": 1, "target.cited": 50}
    assert event(world, "o-8")["clipped"] == {"impressions": 200}


def test_nothing_is_lost(world: World) -> None:
    """Every one of them is an access, and gives its pair; none is a dead letter."""
    assert world.rows("SELECT count() AS letters FROM dead_letters") == [{"letters": 0}]
    opened = world.rows("SELECT DISTINCT event_id FROM accesses ORDER BY event_id")
    assert [row["event_id"] for row in opened] == ["o-1", "o-2", "o-3", "o-4", "o-5"]
    given = world.rows("SELECT kind, count() AS n FROM live_pairs GROUP BY kind ORDER BY kind")
    assert given == [{"kind": "citation_click", "n": 1}, {"kind": "reaction", "n": 1}, {"kind": "search_click", "n": 3}]


def test_what_is_wrong_stays_a_dead_letter(world: World) -> None:
    """Wrong types, ids and tenants, and a rank of 0, are still named and not taken."""
    problems = send(world, INPUTS / "wrong.jsonl")
    assert [problem.line for problem in problems] == [1, 2, 3, 4, 5, 6]
    result = ("dwell_seconds", "document", "user", "event_id", "tenant", "from_search.rank")
    assert [problem.reason.split(":")[0] for problem in problems] == list(result)
