"""Citations: rows, pairs and accesses of opened citations. Pure."""

import pytest

from schemas.instants import milliseconds
from schemas.topics import CITATIONS
from streams.agents.citations import writes
from streams.pairs import pair_id
from streams.pairs.citation_click import CitationClickRules
from tests.schemas.samples import WHEN, cited
from tests.streams.agents.batches import POISON, batch_of, table

RULES = CitationClickRules()
AT = milliseconds(WHEN)


def test_an_opened_citation_is_a_row_an_access_and_a_pair_for_each_share() -> None:
    written = writes(batch_of(CITATIONS, cited(5)), RULES, ())
    (row,) = table(written, "events")
    assert {name: row[name] for name in ("event_id", "type", "user", "document", "interaction", "query", "rank")} == {
        "event_id": "citation-5", "type": "CitationOpened", "user": "robin", "document": "doc-2", "interaction": "a-1",
        "query": "why does it refuse me?", "rank": 2,
    }  # fmt: skip
    assert (row["dwell_s"], row["occurred_at"]) == (-1.0, AT)
    pairs = {pair["document"]: pair for pair in table(written, "pairs")}
    assert {document: pair["weight"] for document, pair in pairs.items()} == {
        "doc-2": pytest.approx(0.7),
        "doc-1": pytest.approx(0.3),
    }
    for document, pair in pairs.items():
        assert pair["pair"] == pair_id("citation_click", "acme", "citation-5", document)
        assert (pair["anchor"], pair["event_ids"]) == ("why does it refuse me?", ["citation-5"])
        assert (pair["occurred_at"], pair["revision"]) == (AT, (1 << 63) - AT)
    assert written.accesses is not None
    assert written.accesses.members == ["citation-5\x1fdoc-2"]


def test_the_rank_is_where_the_document_stands_first_also_behind_a_rejected_neighbour() -> None:
    events = (
        cited(1, cited=("x", "y", "z"), document="z"),
        POISON,
        cited(2, cited=("x", "y", "x", "y"), document="y"),
        cited(3, cited=("x",), document="x"),
    )
    rows = table(writes(batch_of(CITATIONS, *events), RULES, ()), "events")
    assert [(row["event_id"], row["rank"]) for row in rows] == [("citation-1", 3), ("citation-2", 2), ("citation-3", 1)]


def test_every_pair_carries_the_event_that_it_comes_from() -> None:
    events = (
        cited(1, cited=("x", "y"), document="x", question="one?", user="a"),
        cited(2, cited=("y", "z"), document="z", question="two?", user="b"),
    )
    pairs = table(writes(batch_of(CITATIONS, *events), RULES, ()), "pairs")
    found = {(pair["event_ids"][0], pair["document"], pair["anchor"], pair["user"]) for pair in pairs}
    assert found == {
        ("citation-1", "x", "one?", "a"), ("citation-1", "y", "one?", "a"),
        ("citation-2", "z", "two?", "b"), ("citation-2", "y", "two?", "b"),
    }  # fmt: skip


def test_a_batch_of_which_nothing_is_accepted_stores_nothing() -> None:
    written = writes(batch_of(CITATIONS, POISON), RULES, ())
    assert written.accesses is None
    assert table(written, "events") == table(written, "pairs") == []
