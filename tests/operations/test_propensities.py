"""How likely a rank is looked at: found again from simulated swaps, and counted from stored rows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from operations.periods import Period
from operations.propensities import LEAST_OPENINGS, Propensity, estimated, exponent, read
from schemas.activity import DocumentOpened, FromSearch, Result, SearchServed
from schemas.envelope import Event
from stores.settings import Settings
from tests.streams.lives import NOW, Streams, documents, streams

ETA = 0.7


def swaps(eta: float, queries: int, seed: int) -> list[dict[str, Any]]:
    """Documents of falling appeal in order of rank, each of which changed its place with the next."""
    draw, rows = np.random.default_rng(seed), list[dict[str, Any]]()
    for query in range(queries):
        appeal = np.sort(draw.beta(1.0, 1.5, 10))[::-1]
        for place in range(10):
            for rank in {place + 1, min(place + 2, 10)}:
                people = int(draw.integers(5, 30))
                openers = int(draw.binomial(people, appeal[place] * rank**-eta))
                rows.append({"pair": query * 10 + place, "asked": query, "rank": rank, "people": people,
                             "openers": openers})  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    """Streams on a database of this module's own."""
    with streams(stack, "propensities") as running:
        yield running


@pytest.mark.parametrize(
    "eta", [ETA, pytest.param(0.0, marks=pytest.mark.thorough), pytest.param(1.3, marks=pytest.mark.thorough)]
)
def test_the_curve_is_found_again_though_better_documents_stand_higher(eta: float) -> None:
    rows = swaps(eta, 600, seed=3)
    found = estimated(rows, 10)
    told = [each for each in found if each.chance is not None and each.low is not None and each.high is not None]
    assert len(told) >= 9, "the deepest may be opened too seldom"
    for each in told:
        if each.openings > 500:
            assert each.chance == pytest.approx(each.rank**-eta, rel=0.25)
    inside = [(p.low or 0) <= p.rank**-eta <= (p.high or 0) for p in told[1:]]
    assert sum(inside) >= len(inside) - 1, "95 % of nine"
    assert exponent(found) == pytest.approx(eta, abs=0.1)
    shares = [sum(r["openers"] for r in rows if r["rank"] == n) / sum(r["people"] for r in rows if r["rank"] == n)
              for n in (1, 9)]  # fmt: skip
    assert shares[1] / shares[0] < 0.6 * 9**-eta, "what is opened at a rank by itself blames the rank for the document"


def test_a_rank_without_swaps_or_with_few_openings_is_not_told() -> None:
    rows = [
        {"pair": 1, "asked": 1, "rank": 1, "people": 100, "openers": 60},
        {"pair": 1, "asked": 1, "rank": 2, "people": 100, "openers": 30},
        {"pair": 2, "asked": 1, "rank": 4, "people": 100, "openers": 50},  # shares no document with the first rank
        {"pair": 2, "asked": 1, "rank": 5, "people": 100, "openers": 50},
        {"pair": 1, "asked": 1, "rank": 3, "people": 100, "openers": LEAST_OPENINGS - 1},
    ]
    chances = [p.chance for p in estimated(rows, 5)]
    assert chances == [1.0, pytest.approx(0.5), None, None, None]
    assert [p.openings for p in estimated(rows, 5)] == [60, 30, LEAST_OPENINGS - 1, 50, 50]
    assert estimated([], 2) == (Propensity(1, 0, 0), Propensity(2, 0, 0))
    assert exponent(estimated([], 2)) is None


@pytest.mark.parametrize("openers", [(30, 30, 0, 0), (30, 30, 0, 40), (30, 30, 3, 40)])
def test_what_nobody_opened_links_no_ranks(openers: tuple[int, int, int, int]) -> None:
    """A second rank whose openings are of documents that were hardly opened at the first one."""
    rows = [{"pair": 1, "asked": 1, "rank": 1, "people": 60, "openers": openers[0]},
            {"pair": 2, "asked": 2, "rank": 2, "people": 60, "openers": openers[1]},
            {"pair": 3, "asked": 3, "rank": 1, "people": 60, "openers": openers[2]},
            {"pair": 3, "asked": 3, "rank": 2, "people": 60, "openers": openers[3]}]  # fmt: skip
    assert [p.chance for p in estimated(rows, 2)] == [1.0, None]


def searched(tenant: str, person: int, shown: str, opened: str) -> list[Event]:
    name = f"{tenant}-{person}-{shown}"
    results = tuple(Result(document=document, rank=rank) for rank, document in enumerate(shown, 1))
    search = SearchServed(
        event_id=name, tenant=tenant, user=f"u{person}", occurred_at=NOW, search=name, query=" Pay Slip ", model="m",
        results=results, latency_ms=5.0,
    )  # fmt: skip
    return [search, *(
        DocumentOpened(
            event_id=f"{name}{document}", tenant=tenant, user=f"u{person}", occurred_at=NOW + timedelta(seconds=5),
            document=document, from_search=FromSearch(search=name, query="pay slip", rank=1), dwell_seconds=9,
        )
        for document in opened
    )]  # fmt: skip


def test_what_was_shown_at_several_ranks_is_counted_by_people(town: Streams, tenant: str) -> None:
    town.take(*documents(tenant))
    town.take(*(event for person in range(3) for event in searched(tenant, person, "abc", "a" if person else "")))
    town.take(*(event for person in range(4) for event in searched(tenant, person, "bac", "a" if person > 2 else "b")))
    rows = town.warehouse.query(
        "rank_swaps", tenant=tenant, ranks=10, most=99, **Period(NOW - timedelta(days=1), NOW).parameters()
    )
    counted = sorted((row["rank"], row["people"], row["openers"]) for row in rows)
    assert counted == [(1, 1, 0), (1, 3, 2), (2, 1, 1), (2, 3, 0)], "each person once, c never moved"
    assert len({row["pair"] for row in rows}) == 2
    found = read(town.warehouse, tenant, Period(NOW - timedelta(days=1), NOW))
    assert [(p.rank, p.people, p.openings) for p in found[:3]] == [(1, 4, 2), (2, 4, 1), (3, 0, 0)]
    twice = searched(tenant, 9, "ada", "a")
    town.take(*twice, *(event for n in range(5) for event in searched(tenant, 0, f"bac{n}", "a")))
    again = read(town.warehouse, tenant, Period(NOW - timedelta(days=1), NOW))
    assert again == found, (
        "who searches again is counted once, and a list that names a document twice says nothing of it"
    )
    town.take(*searched("other", 1, "ab", "a"), *searched("other", 2, "ba", ""))
    assert read(town.warehouse, tenant, Period(NOW - timedelta(days=1), NOW)) == found
