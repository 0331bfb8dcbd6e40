"""A renamed document, from the event to what counts for it: clicks, pairs, access, vectors, in any order of arrival."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from indexer.feed.usage import Usage
from retrieval.authority import UsageStats
from schemas.activity import DocumentOpened, FromSearch, OnAnswer, Reacted
from schemas.documents import DocumentRenamed, Link
from schemas.envelope import Event
from schemas.instants import milliseconds
from stores.settings import Settings
from tests.streams.document_events import gone, groups, page
from tests.streams.world import BEGAN, World


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


def renamed(world: World, former: str, name: str, version: int = 2) -> DocumentRenamed:
    return DocumentRenamed(
        event_id=f"{former}-to-{name}-{version}",
        tenant=world.tenant,
        occurred_at=BEGAN,
        document=former,
        renamed_to=name,
        version=version,
    )


def opened(world: World, number: int, document: str, user: str = "u", **fields: Any) -> DocumentOpened:  # noqa: ANN401
    return DocumentOpened(
        event_id=f"o{number}",
        tenant=world.tenant,
        occurred_at=BEGAN + timedelta(seconds=number),
        user=user,
        document=document,
        from_search=FromSearch(search=f"s{number}", query=f"query {number}", rank=1),
        **fields,
    )


def pairs(world: World) -> set[tuple[str, str, str]]:
    rows = world.rows(
        "SELECT kind, if(anchor = '', anchor_document, anchor) AS anchor, document FROM live_pairs "
        "WHERE tenant = {tenant:String}"
    )
    return {(row["kind"], row["anchor"], row["document"]) for row in rows}


def test_clicks_and_pairs_follow_and_the_old_id_is_gone(world: World) -> None:
    liked = Reacted(
        event_id="r",
        tenant=world.tenant,
        occurred_at=BEGAN,
        user="u",
        reaction="+1",
        target=OnAnswer(answer="a", question="where?", cited=("old",)),
    )
    world.feed(
        page(world, 1, "old"),
        page(world, 1, "other", links=(Link(target="old", anchor="the old page"),)),
        opened(world, 1, "old"),
        liked,
        renamed(world, "old", "new"),
        page(world, 1, "new", acl=("hr",)),
        opened(world, 2, "old", user="v"),
    )
    assert pairs(world) == {
        ("search_click", "query 1", "new"),
        ("search_click", "query 2", "new"),
        ("reaction", "where?", "new"),
        ("anchor_text", "the old page", "new"),
        ("linked_titles", "other", "new"),
        ("title_body", "new", "new"),
        ("title_body", "other", "other"),
    }
    assert groups(world, "old", "new") == {"old": None, "new": ("hr",)}, "no list is widened"
    (row,) = world.warehouse.query("access_lists", tenant=world.tenant, documents=["old"])
    assert row["gone"]
    openings = world.rows("SELECT document, count() AS n FROM openings WHERE tenant = {tenant:String} GROUP BY 1")
    assert openings == [{"document": "new", "n": 2}]


def test_authority_follows(world: World) -> None:
    world.feed(
        page(world, 1, "a", links=(Link(target="old"), Link(target="new"))),
        page(world, 1, "new", links=(Link(target="old"),)),
        opened(world, 1, "old"),
        opened(world, 2, "new"),
        opened(world, 3, "old", user="v"),
        renamed(world, "old", "new"),
    )
    span = BEGAN - timedelta(days=365), BEGAN + timedelta(days=365)
    world.warehouse.run("index_count_people", from_ms=milliseconds(span[0]), until_ms=milliseconds(span[1]))
    usage = Usage(world.warehouse).of(world.tenant, ["a", "new", "old"], BEGAN + timedelta(days=1))
    assert usage == {"new": UsageStats(references=1, people=2)}


@pytest.mark.thorough
def test_what_was_opened_under_both_names_is_no_pair_with_itself(world: World) -> None:
    world.feed(opened(world, 1, "old"), opened(world, 2, "new"), opened(world, 3, "third"))
    world.close_all()
    assert ("co_access", "old", "new") in pairs(world)
    world.feed(renamed(world, "old", "new"))
    assert {pair for pair in pairs(world) if pair[0] == "co_access"} == {("co_access", "new", "third")}
    assert world.differences().none, "sessions keep the ids that people opened"


@pytest.mark.thorough
def test_chains_cycles_and_an_id_in_use_again(world: World) -> None:
    world.feed(opened(world, 1, "a"))
    world.feed(renamed(world, "a", "b"), renamed(world, "b", "c"))
    assert pairs(world) == {("search_click", "query 1", "c")}
    world.feed(renamed(world, "c", "a"))
    assert pairs(world) == {("search_click", "query 1", "a")}, "nothing follows into a cycle"
    world.feed(page(world, 9, "b", title="", body=""))
    assert pairs(world) == {("search_click", "query 1", "b")}
    world.feed(page(world, 1, "a", title="", body=""))
    assert pairs(world) == {("search_click", "query 1", "b")}, "an older version undoes no rename"
    world.feed(page(world, 3, "a", title="", body=""))
    assert pairs(world) == {("search_click", "query 1", "a")}


@pytest.mark.thorough
def test_the_order_of_arrival_does_not_matter(world: World) -> None:
    result: list[Event] = [
        page(world, 1, "a"),
        renamed(world, "a", "b"),
        page(world, 1, "b", acl=("hr",)),
        opened(world, 1, "a"),
        renamed(world, "b", "c", 3),
        gone(world, "a", 1),
    ]
    orders = list(permutations(result))
    random.Random(3).shuffle(orders)
    ends = []
    for order in [tuple(result), *orders[:5]]:
        for table in ("documents", "pairs", "events"):
            world.warehouse.execute(f"TRUNCATE TABLE {table}")
        world.lose_redis()
        for event in order:
            world.feed(event)
        state = world.rows(
            "SELECT document, deleted, renamed_to FROM documents FINAL WHERE tenant = {tenant:String} ORDER BY 1"
        )
        ends.append((pairs(world), state, groups(world, "a", "b")))
    assert ends[0][0] == {("search_click", "query 1", "c")}
    assert all(end == ends[0] for end in ends)
