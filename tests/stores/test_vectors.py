"""Milvus through `stores.vectors`, on the embedded server; the attacker sends document and group names with quotes."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stores.errors import Poison, Retryable
from stores.milvus import CollectionMissing, literal
from stores.settings import Settings
from stores.vector_rows import (
    Filter,
    VectorRow,
    alias_name,
    clipped,
    collection_name,
    primary_key,
    term_text,
    vector_row,
)
from stores.vectors import Vectors

RULES = "rules of this test"
NASTY = ["a'] or pk != ''", 'b"] or pk != "', "c\\", "d\\' or 1==1", "ünïcode ✓ '\"", "e#0", "e", "-- f", "{g}"]


@pytest.fixture
def vectors(stack: Settings) -> Iterator[Vectors]:
    connected = Vectors.connect(stack)
    yield connected
    connected.close()


@pytest.fixture
def collection(vectors: Vectors, tenant: str) -> Iterator[str]:
    name = collection_name(tenant, "base")
    assert vectors.ensure(name, 4, RULES)
    yield name
    vectors.drop(name)


def passage(document: str, number: int = 0, text: str = "plain words", **changed: object) -> VectorRow:
    fields: dict[str, object] = {
        "version": 1,
        "content_hash": "h",
        "acl": ("everyone",),
        "title": "a title",
        "dense": [1.0, float(number), 0.0, 0.5],
        "authority": 0.5,
        "updated_at_ms": 1,
    }
    return vector_row(document=document, number=number, text=text, terms=text.split(), **(fields | changed))  # type: ignore[arg-type]  # test


def test_what_was_written_is_read_back_by_key(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage("d", 0), passage("d", 1, version=2**63 - 1, acl=("a", "b"))])
    found = vectors.get(collection, ["d#0", "d#1", "d#2"], with_vectors=True)
    assert set(found) == {"d#0", "d#1"}
    assert found["d#1"].version == 2**63 - 1
    assert found["d#1"].acl == ("a", "b")
    assert list(found["d#1"].dense or []) == [1.0, 1.0, 0.0, 0.5]
    assert vectors.get(collection, ["d#0"])["d#0"].dense is None


def test_no_name_can_reach_another_documents_rows(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage(name) for name in NASTY])
    for name in NASTY:
        assert set(vectors.get(collection, [primary_key(name, 0)])) == {primary_key(name, 0)}
    for gone, name in enumerate(NASTY, start=1):
        vectors.delete(collection, [primary_key(name, 0)])
        assert len(vectors.get(collection, [primary_key(n, 0) for n in NASTY])) == len(NASTY) - gone


def test_no_group_name_can_widen_the_engines_filter(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage("secret", acl=("board",)), *(passage(n, acl=(n,)) for n in NASTY)])
    for name in NASTY:
        for only in (Filter([name]), Filter([], [name]), Filter([name, *(f"group {n}" for n in range(150))])):
            for hits in vectors.search(collection, [["plain", "words"]], [[1.0, 0.0, 0.0, 0.5]], 50, only)[0]:
                assert {hit.document for hit in hits} == {name}


def test_control_characters_are_refused_before_they_reach_the_filter() -> None:
    for bad in ("a\nb", "a\x00b", "a\x7fb"):
        with pytest.raises(Poison):
            literal(bad)


def test_a_search_finds_by_meaning_and_by_words(vectors: Vectors, collection: str) -> None:
    vectors.upsert(
        collection,
        [
            passage("near", dense=[1.0, 0.0, 0.0, 0.0], text="nothing of it"),
            passage("worded", dense=[0.0, 1.0, 0.0, 0.0], text="the parental leave policy"),
            passage("neither", dense=[0.0, 0.0, 1.0, 0.0], text="lunch menu"),
        ],
    )
    first, second = vectors.search(
        collection, [["parental", "leave"], ["lunch"]], [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]], 3
    )
    assert [ranking[0].document for ranking in first] == ["near", "worded"]
    assert [ranking[0].document for ranking in second] == ["neither", "neither"]
    assert second[0][0].score > second[0][1].score
    assert len(second[1]) == 1


def test_many_deep_searches_are_several_calls_and_one_answer(
    vectors: Vectors, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Milvus Lite makes the hits of a call one by one: a call of too many ends in a time-out, for everybody."""
    texts = ["lunch menu", "lunch today", "no lunch", "dinner"]
    vectors.upsert(collection, [passage(f"d{n}", dense=[1.0, n, 0.0, 0.0], text=text) for n, text in enumerate(texts)])
    asked = [["lunch"], ["menu"], [], ["dinner"], ["today", "lunch"]]
    near = [[1.0, float(n), 0.0, 0.0] for n in range(len(asked))]
    at_once = vectors.search(collection, asked, near, 3)
    calls, search = list[tuple[str, int]](), vectors._client.search  # the client that is spied on

    def spied(*args: object, **options: Any) -> object:  # noqa: ANN401  # as the client has it
        calls.append((options["anns_field"], len(options["data"])))
        return search(*args, **options)

    monkeypatch.setattr("stores.vectors.HITS_PER_CALL", 7)
    monkeypatch.setattr(vectors._client, "search", spied)
    assert vectors.search(collection, asked, near, 3) == at_once
    assert calls == [("dense", 2), ("dense", 2), ("dense", 1), ("sparse", 2), ("sparse", 2)]


def test_in_both_rankings_the_greater_score_is_the_better(vectors: Vectors, collection: str) -> None:
    texts = ["lunch lunch lunch", "lunch lunch menu", "lunch menu today", "nothing of it"]
    vectors.upsert(collection, [passage(f"d{n}", dense=[1.0, n, 0.0, 0.0], text=text) for n, text in enumerate(texts)])
    meaning, words = vectors.search(collection, [["lunch"]], [[1.0, 0.0, 0.0, 0.0]], 9)[0]
    assert [hit.document for hit in meaning] == ["d0", "d1", "d2", "d3"]
    assert [hit.document for hit in words] == ["d0", "d1", "d2"]
    for ranking in (meaning, words):
        assert [hit.score for hit in ranking] == sorted({hit.score for hit in ranking}, reverse=True)


@pytest.mark.parametrize(
    "term",
    [
        "\u53d1\u7968",
        "\u0939\u093f\u0928\u094d\u0926\u0940",
        "gr\u00f6ssere",
        "c++",
        "\U0001f389",
        "x" * 90,
        "\u0e19\u0e35\u0e49",
    ],
)
def test_a_term_of_any_script_finds_its_own_rows_alone(vectors: Vectors, collection: str, term: str) -> None:
    rows = {"d": [term], "whole": [term + term], "parts": [*term[:40]], "other": ["other"]}
    vectors.upsert(collection, [passage(name) | {"terms": term_text(own)} for name, own in rows.items()])
    for _ in range(2):  # once as just written, once sealed
        first, second = vectors.search(collection, [[term], []], [[1.0, 0.0, 0.0, 0.0]] * 2, 9)
        assert {hit.document for hit in first[1]} == {"d"} | ({"parts"} if len(term) == 1 else set())
        assert second[1] == [], "no terms, no ranking by words"
        vectors.flush(collection)


def test_clicked_queries_are_a_ranking_of_their_own_by_words_alone(vectors: Vectors, collection: str) -> None:
    rows = [
        passage("asked", clicked=["lunch", "menu"]),
        passage("more", clicked=["lunch", *(f"w{n}" for n in range(5))]),
        passage("said", text="lunch menu"),
    ]
    vectors.upsert(collection, rows)
    for _ in range(2):  # once as just written, once sealed
        found = vectors.search(collection, [["lunch", "menu"], []], [[1.0, 0.0, 0.0, 0.5]] * 2, 9, clicked=True)
        _, words, clicked = found[0]
        assert [hit.document for hit in words] == ["said"]
        assert [hit.document for hit in clicked] == ["asked", "more"]
        assert found[1][1:] == ([], [])
        vectors.flush(collection)


def test_a_row_shows_whether_its_document_is_cut(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage("cut", truncated=True), passage("whole")])
    meaning, _ = vectors.search(collection, [[]], [[1.0, 0.0, 0.0, 0.0]], 9)[0]
    assert {hit.document: hit.truncated for hit in meaning} == {"cut": True, "whole": False}


def test_a_collection_of_other_rules_is_made_anew(vectors: Vectors, collection: str) -> None:
    assert vectors.rules(collection) == RULES
    assert vectors.rules(collection + "_absent") is None
    vectors.upsert(collection, [passage("d")])
    assert not vectors.ensure(collection, 4, RULES)
    assert set(vectors.get(collection, ["d#0"])) == {"d#0"}
    assert vectors.ensure(collection, 4, "other rules")
    assert vectors.rules(collection) == "other rules"
    assert vectors.get(collection, ["d#0"]) == {}


def test_all_rows_of_a_document_are_found_by_its_name(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage("d", n) for n in (0, 1, 40)] + [passage("d#1"), passage(NASTY[0], 7)])
    assert sorted(vectors.keys_of(collection, ["d", "absent"])) == [("d", 0), ("d", 1), ("d", 40)]
    assert vectors.keys_of(collection, [NASTY[0]]) == [(NASTY[0], 7)]
    assert vectors.keys_of(collection, []) == []


def test_long_text_is_clipped_to_bytes_at_a_whole_character(vectors: Vectors, collection: str) -> None:
    assert clipped("añb", 2) == "a"
    assert clipped("añb", 3) == "añ"
    vectors.upsert(collection, [passage("long", text="ñ" * 70_000, title="ü" * 9_000, acl=("ö" * 256,))])
    hit = vectors.search(collection, [["x"]], [[1.0, 0.0, 0.0, 0.5]], 1)[0][0][0]
    assert len(hit.text.encode()) <= 65_535
    assert len(hit.title.encode()) <= 8_192


def test_a_document_of_too_many_groups_is_seen_by_fewer_never_by_more(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage("d", acl=tuple(f"g{n}" for n in range(5_000)))])
    assert vectors.get(collection, ["d#0"])["d#0"].acl == tuple(f"g{n}" for n in range(4_096))


def test_the_alias_is_made_and_moved(vectors: Vectors, collection: str, tenant: str) -> None:
    alias, other = alias_name(tenant), collection_name(tenant, "other")
    vectors.ensure(other, 4, RULES)
    try:
        assert vectors.labelled(alias) is None
        for target in (collection, other, other, collection):
            vectors.label(alias, target)
            assert vectors.labelled(alias) == target
        with pytest.raises(CollectionMissing):
            vectors.label(alias, collection_name(tenant, "absent"))
    finally:
        vectors.drop(other)


def test_rows_are_found_after_they_are_sealed(vectors: Vectors, collection: str) -> None:
    vectors.upsert(collection, [passage(f"d{n}", dense=[1.0, n / 10, 0.0, 0.0]) for n in range(20)])
    vectors.flush(collection)
    key, cosine = vectors.nearest(collection, [[1.0, 0.0, 0.0, 0.0]], 1)[0][0]
    assert key == "d0#0"
    assert cosine == pytest.approx(1.0, abs=1e-5)
    assert sorted(vectors.scan_keys(collection)) == sorted(f"d{n}#0" for n in range(20))
    assert vectors.count(collection) == 20


def test_a_missing_collection_and_a_server_that_is_away_are_worth_waiting_for(stack: Settings, tenant: str) -> None:
    connected = Vectors.connect(stack)
    with pytest.raises(CollectionMissing):
        connected.get(collection_name(tenant, "none"), ["a#0"])
    connected.close()
    with pytest.raises(Retryable, match="tidewheel up"):
        Vectors.connect(stack.model_copy(update={"milvus_uri": "http://127.0.0.1:1"}))


def test_two_tenants_never_share_a_name() -> None:
    pairs = [("a", "b"), ("a-b", "c"), ("a", "b-c"), ("a--m", "b"), ("a", "m-b"), ("a-m", "b"), ("a-m-b", "c")]
    names = {collection_name(tenant, model) for tenant, model in pairs}
    assert len(names) == len(pairs)


@pytest.mark.parametrize("read", ["get", "search", "nearest", "scan"])
def test_a_collection_that_is_not_loaded_is_loaded_by_its_first_reader(
    vectors: Vectors, collection: str, read: str
) -> None:
    vectors.upsert(collection, [passage("d")])
    vectors.flush(collection)
    vectors._client.release_collection(collection)
    reads: dict[str, Callable[[], object]] = {
        "get": lambda: set(vectors.get(collection, ["d#0"])),
        "search": lambda: {
            h.document + "#0" for h in vectors.search(collection, [["words"]], [[1.0, 0, 0, 0]], 5)[0][0]
        },
        "nearest": lambda: {key for key, _ in vectors.nearest(collection, [[1.0, 0, 0, 0]], 5)[0]},
        "scan": lambda: set(vectors.scan_keys(collection)),
    }
    assert reads[read]() == {"d#0"}


def alike_and_unlike(alike: int, unlike: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return vectors, the last `unlike` of which are unlike all others, and a query near each of those."""
    rng, vectors = np.random.default_rng(1), np.zeros((alike + unlike, 32), dtype=np.float32)
    for one in vectors[:alike]:
        one[rng.choice(20, 6, replace=False)] = 1
    vectors[alike:] = np.eye(32)[20 : 20 + unlike]
    queries = vectors[alike:] + 0.3 * vectors[:alike].mean(axis=0)
    return vectors, queries


def test_what_is_unlike_thousands_that_are_alike_is_found(vectors: Vectors, tenant: str) -> None:
    dense, queries = alike_and_unlike(2_500, 6)
    name = collection_name(tenant, "unlike")
    vectors.ensure(name, 32, RULES, documents=len(dense))
    try:
        vectors.upsert(name, [passage(f"d{n}", dense=list(map(float, one))) for n, one in enumerate(dense)])
        vectors.flush(name)
        vectors._client.release_collection(name)  # rows without an index are compared one by one: loaded, all have one
        vectors._client.load_collection(name)
        found = vectors.nearest(name, queries, 1)
        assert [hits[0][0] for hits in found] == [primary_key(f"d{2_500 + n}", 0) for n in range(6)]
        searched = vectors.search(name, [["plain"]] * 6, queries, 1)
        assert [meaning[0].document for meaning, *_ in searched] == [f"d{2_500 + n}" for n in range(6)]
    finally:
        vectors.drop(name)
