"""Whatever is indexed and whoever may see what: an answer is that of an index which never had what is hidden. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.search.searcher import retrieve
from indexer.search.shown import Found
from indexer.search.visibility import Viewer
from retrieval.encoders import Encoder
from schemas.fusion import Fusion
from stores.access_lists import AccessList
from stores.vector_rows import Filter, Hit
from stores.vectors import Rankings, Vectors

GROUPS = ("everyone", "staff", "STAFF", " staff", "", "caf\u00e9", "cafe\u0301", "cafe")
FUSIONS = (Fusion(dense=0.7), Fusion(dense=0.7, clicked=0.4))
"""Without and with a ranking by the queries that people clicked after."""
NAMES = tuple(f"d{n}" for n in range(7))

acls = st.lists(st.sampled_from(GROUPS), max_size=2).map(tuple)


@dataclass(frozen=True)
class Index:
    """The three rankings of one query, best first, as an engine has them; it filters by its rows' lists."""

    rankings: Rankings

    def search(
        self,
        collection: str,
        queries: Sequence[str],
        vectors: object,
        limit: int,
        only: Filter | None = None,
        clicked: bool = False,
    ) -> list[Rankings]:
        def seen(hit: Hit) -> bool:
            return only is None or bool({*only.groups} & {*map(nfc, hit.acl)}) or hit.document in only.documents

        asked = self.rankings if clicked else self.rankings[:2]
        return [tuple([hit for hit in ranking if seen(hit)][:limit] for ranking in asked) for _ in queries]


class Unclicked(Index):
    """An index whose clicked queries nobody may ask for."""

    def search(
        self,
        collection: str,
        queries: Sequence[str],
        vectors: object,
        limit: int,
        only: Filter | None = None,
        clicked: bool = False,
    ) -> list[Rankings]:
        assert not clicked
        return Index(self.rankings).search(collection, queries, vectors, limit, only)


@dataclass(frozen=True)
class Now:
    """The current lists; what was granted since the rows were written is told, as far as `tells` goes."""

    lists: dict[str, AccessList]
    tells: bool

    def of(self, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
        return {document: self.lists[document] for document in documents if document in self.lists}

    def granted(self, tenant: str, collection: str, groups: Sequence[str]) -> list[str]:
        return [d for d, one in self.lists.items() if self.tells and {*groups} & {*map(nfc, one.groups or ())}]


class Coder:
    """An encoder of nothing in particular."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 2), np.float32)


def nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


@st.composite
def indexes(draw: st.DrawFn) -> Index:
    passages = [
        Hit(name, number, 0.0, f"title {name}", f"text {name} {number} {content}", authority, content, acl)
        for name in NAMES
        for number in range(draw(st.integers(0, 3)))
        for content, acl, authority in [
            (draw(st.sampled_from("xy")), draw(acls), draw(st.sampled_from([0.0, 0.5, 1.0])))
        ]
    ]
    rankings = []
    for _ in range(3):
        found = draw(st.permutations(passages))[: draw(st.integers(0, len(passages)))]
        rankings.append([scored(hit, len(found) - rank) for rank, hit in enumerate(found)])
    return Index(tuple(rankings))


def scored(hit: Hit, score: float) -> Hit:
    return Hit(hit.document, hit.number, score, hit.title, hit.text, hit.authority, hit.content_hash, hit.acl)


currents = st.dictionaries(st.sampled_from(NAMES), st.tuples(st.none() | acls, st.sampled_from("xy"))).map(
    lambda found: {name: AccessList(name, 1, groups, content) for name, (groups, content) in found.items()}
)


def allowed(hit: Hit, lists: dict[str, AccessList], groups: frozenset[str]) -> bool:
    """The contract, in other words than the product's."""
    mine = {nfc(group) for group in groups} | {"everyone"}
    one = lists.get(hit.document)
    if one is None or one.groups is None or not mine.intersection(map(nfc, one.groups)):
        return False
    return one.content == hit.content_hash or bool(mine.intersection(map(nfc, hit.acl)))


def answer(
    index: Index, lists: dict[str, AccessList], groups: frozenset[str], k: int, tells: bool, fusion: Fusion
) -> list[Found]:
    viewer = Viewer(Now(lists, tells), "acme", groups)
    return retrieve(cast(Vectors, index), cast(Encoder, Coder()), "c", ["text"], viewer, k, fusion)[0]


def without(index: Index, lists: dict[str, AccessList], groups: frozenset[str]) -> Index:
    return Index(tuple([hit for hit in ranking if allowed(hit, lists, groups)] for ranking in index.rankings))


people = st.frozensets(st.sampled_from(GROUPS), max_size=2)


@given(indexes(), currents, people, st.integers(1, 8), st.sampled_from(FUSIONS))
def test_an_answer_is_that_of_an_index_without_what_is_hidden(
    index: Index, lists: dict[str, AccessList], groups: frozenset[str], k: int, fusion: Fusion
) -> None:
    bare = without(index, lists, groups)
    expected = retrieve(cast(Vectors, bare), cast(Encoder, Coder()), "c", ["text"], None, k, fusion)[0]
    assert answer(index, lists, groups, k, True, fusion) == expected
    shown = {(hit.document, hit.text) for ranking in bare.rankings for hit in ranking}
    assert all(any(found.document == d and found.snippet in text for d, text in shown) for found in expected)


@pytest.mark.thorough
@given(indexes(), currents, people, st.integers(1, 8), st.sampled_from(FUSIONS))
def test_a_filter_that_does_not_know_of_grants_shows_less_and_never_more(
    index: Index, lists: dict[str, AccessList], groups: frozenset[str], k: int, fusion: Fusion
) -> None:
    visible = {hit.document for ranking in without(index, lists, groups).rankings for hit in ranking}
    assert {found.document for found in answer(index, lists, groups, k, False, fusion)} <= visible


@given(indexes(), currents, people, st.integers(1, 8), st.floats(0.5, 9), st.integers(-3, 3))
def test_scores_say_ranks_alone(
    index: Index, lists: dict[str, AccessList], groups: frozenset[str], k: int, slope: float, add: int
) -> None:
    """A raw score, BM25's among them, is weighed by words of hidden documents and by clicks on them: no answer depends
    on it."""
    raised = Index(tuple([scored(hit, hit.score**3 * slope + add) for hit in found] for found in index.rankings))
    plain, other = (answer(one, lists, groups, k, True, FUSIONS[1]) for one in (index, raised))
    assert plain == other


@given(indexes(), currents, people, st.integers(1, 8))
def test_without_a_weight_what_people_clicked_is_not_even_read(
    index: Index, lists: dict[str, AccessList], groups: frozenset[str], k: int
) -> None:
    assert answer(Unclicked(index.rankings), lists, groups, k, True, FUSIONS[0]) == answer(
        Index((*index.rankings[:2], [])), lists, groups, k, True, FUSIONS[0]
    )
