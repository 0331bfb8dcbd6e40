"""Clicked queries as people click: said once three are satisfied, gone once they fade, and under the present name."""

from datetime import timedelta

import pytest

from indexer.feed import clicked
from indexer.feed.clicked import EVERY
from indexer.feed.documents import Documents
from retrieval.clicked_queries import HALF_LIFE
from retrieval.config import ClickedQueriesConfig
from tests.indexer.world import World


def said(world: World) -> dict[str, list[str]]:
    rows = world.warehouse.rows(
        "SELECT document, queries FROM clicked_queries FINAL WHERE tenant = {t:String} AND notEmpty(queries)",
        t=world.tenant,
    )
    return {row["document"]: row["queries"] for row in rows}


def look(world: World, documents: Documents | None = None) -> list[str]:
    """Look as the next time would."""
    world.clock.ahead += EVERY
    return (documents or world.documents).clicked.look(world.tenant, world.clock())


def test_a_query_is_said_once_three_people_were_satisfied_and_collections_look_again(world: World) -> None:
    world.put("d", 1, "text")
    world.satisfied("d", "Where is  it?", "a", "b", "b")
    world.satisfied("d", "my secret", "a", "b")
    world.satisfied("d", "bounced", "a", "b", "c", weight=0.5)
    assert (look(world), said(world)) == ([], {})
    world.satisfied("d", "where is it", "c")
    before = world.documents.marks()[world.tenant]
    assert (look(world), said(world)) == (["d"], {"d": ["where is it"]})
    assert world.documents.marks()[world.tenant] != before, "in the change feed"
    assert look(world) == [], "said already"


def test_a_document_that_was_not_sent_yet_is_nothing_to_look_at_and_comes_with_its_queries(world: World) -> None:
    world.satisfied("d", "query", "a", "b", "c")
    assert look(world) == ["d"]
    assert world.tenant not in world.documents.marks()
    world.put("d", 1, "text")
    assert world.documents.read(world.tenant, ["d"])["d"].clicked == ("query",)


def test_nobody_looks_twice_a_minute(world: World) -> None:
    assert look(world) == []
    world.satisfied("d", "query", "a", "b", "c")
    assert world.documents.clicked.look(world.tenant, world.clock()) == []
    assert look(world) == ["d"]


def test_what_faded_is_said_no_more_also_by_another_process(world: World) -> None:
    world.satisfied("d", "query", "a", "b", "c")
    world.satisfied("e", "query", "a", "b", "c")
    assert sorted(look(world)) == ["d", "e"]
    world.clock.ahead += 2 * HALF_LIFE
    world.satisfied("e", "query", "a")
    assert (look(world, Documents(world.warehouse)), said(world)) == (["d"], {"e": ["query"]})


def test_clicks_under_a_former_name_count_for_the_present_one(world: World) -> None:
    world.satisfied("old", "query", "a", "b")
    world.satisfied("new", "query", "c")
    assert look(world) == []
    row = {"tenant": world.tenant, "document": "old", "version": 2, "deleted": 1, "renamed_to": "new"}
    world.warehouse.insert("documents", {name: [value] for name, value in row.items()})
    world.clock.ahead += timedelta(minutes=1)
    assert (look(world), said(world)) == (["new"], {"new": ["query"]})


def test_switched_off_for_a_tenant_nothing_is_said_and_what_was_said_goes(world: World) -> None:
    world.satisfied("d", "query", "a", "b", "c")
    assert look(world) == ["d"]
    rules = ClickedQueriesConfig(without=frozenset({world.tenant}))
    assert (look(world, Documents(world.warehouse, rules)), said(world)) == (["d"], {})
    assert look(world, Documents(world.warehouse, ClickedQueriesConfig(without=frozenset({"another"})))) == ["d"]
    assert look(world, Documents(world.warehouse, ClickedQueriesConfig(enabled=False))) == ["d"]


def test_every_document_has_its_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody clicks any more is looked at too, a few documents at once, the last ones once a round."""
    names = [f"d{n}" for n in range(5)]
    for name in names:
        world.satisfied(name, "query", "a", "b", "c")
    assert sorted(look(world)) == names
    monkeypatch.setattr(clicked, "AT_ONCE", 2)
    world.clock.ahead += 2 * HALF_LIFE
    documents = Documents(world.warehouse)
    monkeypatch.setattr(documents.clicked, "_clicked", lambda *_: [])
    assert [sorted(look(world, documents)) for _ in range(4)] == [["d0", "d1"], ["d2", "d3"], ["d4"], []]
    assert said(world) == {}
