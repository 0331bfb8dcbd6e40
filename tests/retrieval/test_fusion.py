"""Fusion by the formula, by its properties, and as the index itself fuses."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import RRF_K, fuse
from stores.settings import Settings
from stores.vector_rows import collection_name, vector_row
from stores.vectors import Vectors

RANKINGS = st.lists(st.permutations("abcdef").flatmap(lambda p: st.integers(0, 6).map(lambda n: p[:n])), max_size=3)


def test_scores_are_reciprocal_ranks_added_up() -> None:
    assert fuse([["a", "b", "c"], ["c", "b"]], 10) == ["c", "b", "a"]
    assert 1 / (RRF_K + 3) + 1 / (RRF_K + 1) > 2 / (RRF_K + 2), "what makes c first"
    assert fuse([[], ["x"]], 10) == ["x"]
    assert fuse([], 10) == []


@pytest.mark.parametrize(("rank", "both", "first"), [(61, "z", "z"), (63, "a", "m")])
def test_a_name_in_both_outweighs_a_first_of_one_up_to_a_rank(rank: int, both: str, first: str) -> None:
    """2 / (60 + 61) is more than 1 / 61, and 2 / (60 + 63) is less: one rank or one unit of the constant off ties."""
    one, other = ([head, *(f"{head}{n}" for n in range(rank - 2)), both] for head in ("m", "n"))
    assert fuse([one, other], 1) == [first]


@given(RANKINGS, st.integers(0, 8))
def test_fusion_keeps_every_name_once_and_ties_by_name(rankings: list[list[str]], depth: int) -> None:
    fused = fuse(rankings, depth)
    assert fused == fuse(rankings[::-1], depth), "no ranking comes before another"
    assert len(fused) == len(set(fused)) == min(depth, len({name for ranking in rankings for name in ranking}))
    for ranking in rankings[:1]:
        assert fuse([ranking, ranking], depth) == ranking[:depth]


@pytest.fixture
def vectors(stack: Settings) -> Iterator[Vectors]:
    connected = Vectors.connect(stack)
    yield connected
    connected.close()


def test_the_index_fuses_as_judging_does(vectors: Vectors, tenant: str) -> None:
    """Documents whose two rankings differ; the fused order of Milvus is that of `fuse`, and so are its scores."""
    collection, query = collection_name(tenant, "base"), "alpha beta"
    vectors.ensure(collection, 4)
    texts = [
        "nothing",
        "alpha",
        "alpha beta",
        "beta beta alpha words",
        "beta and four words",
        "other",
        "alpha x",
    ]
    try:
        vectors.upsert(
            collection,
            [
                vector_row(
                    document=f"d{n}",
                    number=0,
                    version=1,
                    content_hash="h",
                    acl=("everyone",),
                    title="t",
                    text=text,
                    dense=[1.0, 0.3 * n, 0.0, 0.0],
                    authority=0.0,
                    updated_at_ms=1,
                )
                for n, text in enumerate(texts)
            ],
        )
        vectors.flush(collection)
        asked = [1.0, 0.5, 0.0, 0.0]
        dense = [key.removesuffix("#0") for key, _ in vectors.nearest(collection, [asked], 20)[0]]
        found = vectors._client.search(
            collection,
            data=[query],
            anns_field="sparse",
            limit=20,
            search_params={"metric_type": "BM25"},
            output_fields=["document"],
            consistency_level="Strong",
        )
        words = [hit["entity"]["document"] for hit in found[0]]
        assert 2 < len(words) < len(dense)
        assert dense[: len(words)] != words
        hits = vectors.search(collection, [query], [asked], 20, RRF_K)[0]
        scores = {
            name: sum(1 / (RRF_K + ranking.index(name) + 1) for ranking in (dense, words) if name in ranking)
            for name in dense
        }
        assert {hit.document: hit.score for hit in hits} == pytest.approx(scores, rel=1e-4)
        distinct = [hit.document for hit in hits]
        assert sorted(distinct, key=lambda name: (-scores[name], name)) == fuse([dense, words], 20)
        assert [scores[name] for name in distinct] == sorted(scores.values(), reverse=True)
    finally:
        vectors.drop(collection)
