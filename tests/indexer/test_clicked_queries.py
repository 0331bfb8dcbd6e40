"""Clicked queries through the whole index: written without a model, found, proven, and taken back."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from indexer.search.searcher import retrieve
from indexer.search.visibility import Viewer
from retrieval.clicked_queries import HALF_LIFE
from schemas.fusion import EVEN, Fusion
from stores.errors import Poison
from stores.vector_rows import VectorRow
from tests.indexer.loop import Loop, first
from tests.indexer.world import World

CLICKED = Fusion(dense=0.2, clicked=0.9)
QUERY = "zebra crossing"
"""Words that stand in no document."""


def found(world: World, fusion: Fusion, *groups: str, query: str = QUERY) -> list[str]:
    target = world.target()
    encoder = world.encoders.get(world.tenant, target.model, target.manifest)
    viewer = Viewer(world.current, world.tenant, frozenset(groups))
    answer = retrieve(world.vectors, encoder, target.collection, [query], viewer, 20, fusion)[0]
    return [one.document for one in answer]


def later(world: World, loop: Loop) -> None:
    """Let the indexer look at clicks again, and apply what follows."""
    world.clock.ahead += timedelta(minutes=1)
    loop.settle()


@pytest.fixture
def loop(world: World) -> Loop:
    made = first(world)
    made.settle()
    return made


@pytest.mark.thorough
def test_a_query_of_three_people_finds_a_document_without_any_embedding(world: World, loop: Loop) -> None:
    before = found(world, CLICKED, "board")
    named = before[-1]
    stored = world.vectors.rows(world.target().collection, [f"{named}#0"])[f"{named}#0"]
    world.satisfied(named, QUERY, "a", "b")
    later(world, loop)
    assert found(world, CLICKED, "board") == before, "two people are too few"

    world.satisfied(named, QUERY, "c")
    world.encoders.get = lambda *_: pytest.fail("a change of clicks needs no model")  # type: ignore[method-assign]
    later(world, loop)
    del world.encoders.get
    assert found(world, CLICKED, "board")[0] == named
    assert found(world, EVEN, "board") == before, "without a weight all is as it was"
    written = world.vectors.rows(world.target().collection, [f"{named}#0"])[f"{named}#0"]
    assert {field for field in stored if np.any(written[field] != stored[field])} <= {"clicked", "authority"}
    assert loop.verifier.read(world.target()).mismatches == 0


@pytest.mark.thorough
def test_what_faded_is_taken_out_again(world: World, loop: Loop) -> None:
    before = found(world, CLICKED)
    world.satisfied(before[-1], QUERY, "a", "b", "c")
    later(world, loop)
    assert found(world, CLICKED)[0] == before[-1]
    world.clock.ahead += 2 * HALF_LIFE
    later(world, loop)
    assert found(world, CLICKED) == before


@pytest.mark.thorough
def test_clicks_on_a_hidden_document_move_nothing_for_those_who_may_not_see_it(world: World, loop: Loop) -> None:
    before, board = found(world, CLICKED), found(world, CLICKED, "board")
    hidden = next(name for name in board if name not in before)
    world.satisfied(hidden, QUERY, "a", "b", "c")
    later(world, loop)
    assert found(world, CLICKED, "board")[0] == hidden
    assert found(world, CLICKED) == before


@pytest.mark.thorough
def test_a_new_text_keeps_the_clicked_queries_and_a_wrong_row_is_found_and_mended(world: World, loop: Loop) -> None:
    world.satisfied("d1", QUERY, "a", "b", "c")
    later(world, loop)
    world.put("d1", 2, "another body")
    later(world, loop)
    collection, key = world.target().collection, "d1#0"
    row = world.vectors.rows(collection, [key])[key]
    assert (row["version"], row["clicked"]) == (2, f"{row['terms']} {QUERY}")
    world.vectors.upsert(collection, [row | {"clicked": "other words", "dense": row["dense"].tolist()}])
    findings = loop.verifier.read(world.target())
    assert findings.wrong == {"d1": "clicked queries"}
    loop.verifier.mend(world.target(), findings)
    assert world.vectors.rows(collection, [key])[key]["clicked"] == row["clicked"]
    assert loop.verifier.read(world.target()).mismatches == 0


@pytest.mark.thorough
def test_a_document_that_cannot_be_indexed_is_not_planned_for_ever(
    world: World, loop: Loop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    upsert = world.vectors.upsert

    def refusing(collection: str, rows: Sequence[VectorRow]) -> None:
        if any(row["document"] == "bad" for row in rows):
            raise Poison("no such row")
        upsert(collection, rows)

    monkeypatch.setattr(world.vectors, "upsert", refusing)
    world.put("bad", 1, "text")
    world.satisfied("bad", QUERY, "a", "b", "c")
    later(world, loop)
    assert "cannot be indexed" in caplog.text
    assert world.plan() == []
