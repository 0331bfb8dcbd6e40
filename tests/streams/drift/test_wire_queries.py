"""Drift's queries on real rows: searches of other engines, impressions, reactions by meaning, renamed documents."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest

from schemas.activity import (
    DocumentOpened,
    FromSearch,
    Impression,
    OnAnswer,
    Reacted,
    Result,
    ResultsShown,
    SearchServed,
)
from schemas.documents import DocumentRenamed
from schemas.instants import milliseconds
from stores.settings import Settings
from tests.streams.document_events import page
from tests.streams.world import BEGAN, World

OURS = {"model": "base", "collection": "c", "serving_version": 1}
START, END = milliseconds(BEGAN), milliseconds(BEGAN + timedelta(hours=1))


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


def served(world: World, number: int, *documents: str, **fields: Any) -> SearchServed:  # noqa: ANN401
    results = tuple(Result(document=document, rank=rank) for rank, document in enumerate(documents, start=1))
    return SearchServed(
        event_id=f"s{number}",
        tenant=world.tenant,
        occurred_at=BEGAN + timedelta(seconds=number),
        user=f"u{number}",
        search=f"s{number}",
        query="vpn",
        results=results,
        **fields,
    )


def shown(world: World, number: int, event: str, *impressions: tuple[str, int | None]) -> ResultsShown:
    return ResultsShown(
        event_id=event,
        tenant=world.tenant,
        occurred_at=BEGAN + timedelta(seconds=number + 1),
        user=f"u{number}",
        search=f"s{number}",
        impressions=tuple(Impression(document=d, rank=rank) for d, rank in impressions),
    )


def asked(world: World, model: str) -> dict[str, dict[str, Any]]:
    rows = world.warehouse.query(
        "drift_searches", tenant=world.tenant, from_ms=START, until_ms=END, per_user=9, most=99, best=3, model=model
    )
    return {row["person"]: row for row in rows}


@pytest.mark.thorough
def test_a_search_of_another_engine_is_drift_s_under_a_model_of_its_own(world: World) -> None:
    clicked = DocumentOpened(
        event_id="o",
        tenant=world.tenant,
        occurred_at=BEGAN + timedelta(seconds=9),
        user="u2",
        document="b",
        from_search=FromSearch(search="s2", query="vpn", rank=2),
    )
    world.feed(served(world, 1, "a", **OURS), served(world, 2, "a", "b"), served(world, 3, "c"), clicked)
    span = {"tenant": world.tenant, "from_ms": START, "until_ms": END, "window_ms": 3_600_000}
    rows = world.warehouse.query("drift_served", **span, per_user=9)
    assert {row["model"]: row["searches"] for row in rows} == {"base": 1, "external": 2}
    assert asked(world, "base").keys() == {"u1"}
    external = asked(world, "external")
    assert (external["u2"]["shown"], [d for d, _, _ in external["u2"]["opened"]]) == (2, ["b"])
    found = world.rows(
        "SELECT search, model, collection, serving_version, shown FROM searches "
        "WHERE tenant = {tenant:String} ORDER BY search"
    )
    assert found == [
        {"search": "s1", "model": "base", "collection": "c", "serving_version": 1, "shown": ["a"]},
        {"search": "s2", "model": "external", "collection": "", "serving_version": None, "shown": ["a", "b"]},
        {"search": "s3", "model": "external", "collection": "", "serving_version": None, "shown": ["c"]},
    ]
    (pair,) = world.rows("SELECT anchor, document FROM live_pairs WHERE tenant = {tenant:String}")
    assert pair == {"anchor": "vpn", "document": "b"}
    lineage = world.warehouse.query("lineage_served", tenant=world.tenant, collections=["c", ""])
    assert {row["collection"]: row["searches"] for row in lineage}["c"] == 1


def test_impressions_are_what_was_shown_where_there_are_any(world: World) -> None:
    world.feed(
        served(world, 1, "a", "b", "c", "d", **OURS),
        served(world, 2, **OURS),
        served(world, 3, "a", **OURS),
        shown(world, 1, "i1", ("a", 1)),
        shown(world, 1, "i2", ("b", 2), ("a", 1)),
        shown(world, 1, "i2", ("b", 2), ("a", 1)),
        shown(world, 2, "i3", ("y", None), ("x", 2), ("w", 1)),
    )
    found = asked(world, "base")
    assert {person: (row["shown"], row["best_shown"]) for person, row in found.items()} == {
        "u1": (2, ["a", "b"]),
        "u2": (3, ["w", "x", "y"]),
        "u3": (1, ["a"]),
    }
    rows = world.rows("SELECT search, shown FROM searches WHERE tenant = {tenant:String} ORDER BY search")
    assert [(row["search"], row["shown"]) for row in rows] == [
        ("s1", ["a", "b"]),
        ("s2", ["w", "x", "y"]),
        ("s3", ["a"]),
    ]
    rows = world.rows(
        "SELECT search, document, rank FROM impressions WHERE tenant = {tenant:String} AND event_id = 'i3'"
    )
    assert {(row["document"], row["rank"]) for row in rows} == {("y", 0), ("x", 2), ("w", 1)}


def test_a_reaction_that_was_withdrawn_under_another_name_is_no_vote(world: World) -> None:
    target = OnAnswer(answer="s1", question="vpn")
    votes: list[tuple[str, Literal["added", "withdrawn"]]] = [
        ("+1", "added"),
        ("-1", "added"),
        (":thumbsup:", "withdrawn"),
        ("eyes", "added"),
    ]
    reacted = [
        Reacted(
            event_id=f"r{n}",
            tenant=world.tenant,
            occurred_at=BEGAN + timedelta(seconds=n),
            user="u",
            target=target,
            reaction=name,
            change=change,
        )
        for n, (name, change) in enumerate(votes)
    ]
    world.feed(served(world, 1, "a", surface="assistant", **OURS), *reacted)
    assert asked(world, "base")["u1"]["reactions"] == ["-1"]


@pytest.mark.thorough
def test_a_renamed_document_keeps_its_title_and_is_no_change_of_text(world: World) -> None:
    moved = DocumentRenamed(
        event_id="m", tenant=world.tenant, occurred_at=BEGAN, document="old", renamed_to="new", version=8
    )
    opened = [
        DocumentOpened(
            event_id=f"o{n}", tenant=world.tenant, occurred_at=BEGAN + timedelta(seconds=n), user="u", document=d
        )
        for n, d in enumerate(("old", "new", "other"))
    ]
    before = BEGAN - timedelta(days=1)
    world.feed(
        page(world, 7, "old", title="Same", occurred_at=before),
        page(world, 1, "other", occurred_at=BEGAN),
        moved,
        page(world, 1, "new", title="Same", occurred_at=BEGAN),
        served(world, 1, "old", **OURS),
        *opened,
    )
    span = {"tenant": world.tenant, "from_ms": START, "until_ms": END}
    titles = world.warehouse.query("drift_titles", **span, per_user=9, most=99, best=3)
    assert titles == [{"document": "old", "title": "Same"}]
    changes = world.warehouse.query("drift_changes", **span, before_ms=START, most=99)
    assert [(row["document"], row["openings"], row["moved"]) for row in changes] == [("new", 2, 0), ("other", 1, 1)]


@pytest.mark.thorough
def test_a_robot_counts_for_no_more_than_is_looked_at(world: World) -> None:
    one = served(world, 9)
    robot = [one.model_copy(update={"event_id": f"r{n}", "search": f"r{n}", "query": f"probe {n}"}) for n in range(40)]
    world.feed(*(served(world, n) for n in range(3)), *robot)
    span = {"tenant": world.tenant, "from_ms": START, "until_ms": END, "window_ms": 3_600_000}
    (row,) = world.warehouse.query("drift_served", **span, per_user=9)
    assert (row["searches"], row["cases"]) == (43, 3 + 9)
