"""Documents out of rankings of passages, by meaning, words and clicked queries: what is served, shown, judged. Pure.

    all rankings cut at one depth ──▶ fused by the model's weights ──▶ a light prior for authority
        ──▶ a document counts with its best passage ──▶ deeper, as long as there are too few documents

The ranking by words and clicked queries is there only where the weights want one.

Search, comparison and gate all rank by this module, so that a gain which is judged is a gain which people get.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from retrieval.fusion import scores
from schemas.fusion import Fusion
from stores.vector_rows import primary_key

AUTHORITY_WEIGHT = 0.05
"""A document of full authority gains 5 % of its fused score: about three places among the first ten, never more."""

WIDEN = 4
"""How many times deeper the rankings are read when they have too few documents."""

_OVER_FETCH = 5


class Passage(Protocol):
    """A passage as a ranking has it; a higher score is better, and comparable within the ranking."""

    @property
    def document(self) -> str:
        """Return the document that it is of."""
        ...

    @property
    def number(self) -> int:
        """Return its number within the document, from 0."""
        ...

    @property
    def score(self) -> float:
        """Return what it is ranked by."""
        ...

    @property
    def authority(self) -> float:
        """Return the document's authority, in [0, 1]."""
        ...


P = TypeVar("P", bound=Passage)
Rankings = Sequence[Sequence[P]]
"""Of one query: passages by meaning, by words, and, if wanted, by words and clicked queries, each best first, once."""


@dataclass(frozen=True, slots=True)
class Ranked(Generic[P]):
    """A document by its best passage; `score` is fused and comparable within one answer only."""

    passage: P
    score: float


def depth(k: int) -> int:
    """Return how many passages of each ranking are read for `k` documents: room for several of one document."""
    return _OVER_FETCH * k


def ordered(passages: Iterable[P]) -> list[P]:
    """Return passages as a ranking: best first, equal scores in the order of keys."""
    return sorted(passages, key=lambda passage: (-passage.score, _name(passage)))


def settled(rankings: Rankings[P], ended: Sequence[bool], deep: int, k: int, fusion: Fusion) -> list[Ranked[P]] | None:
    """Return documents, best first and at least `k` unless there are fewer; None when more is to be fetched.

    All rankings count down to the same depth: `deep` passages, or as many times `WIDEN` as it takes to have `k`
    documents. So what a person may not see, which is in none, moves neither rank nor score of what they may. `ended`
    says of each ranking whether there is nothing behind it. One that the weights do not want is not looked at.
    """
    rankings, ended = _wanted(rankings, fusion), ended[: len(_wanted(rankings, fusion))]
    while all(over or len(ranking) >= deep for ranking, over in zip(rankings, ended, strict=True)):
        found = documents([ranking[:deep] for ranking in rankings], fusion)
        if len(found) >= k or (all(ended) and deep >= max(map(len, rankings))):
            return found
        deep *= WIDEN
    return None


def documents(rankings: Rankings[P], fusion: Fusion) -> list[Ranked[P]]:
    """Return all documents of rankings of passages, best first; equal ones in the order of their ids."""
    rankings = _wanted(rankings, fusion)
    passages = {_name(passage): passage for ranking in rankings for passage in ranking}
    by_meaning, by_words, *clicked = ([*map(_name, ranking)] for ranking in rankings)
    fused = scores(by_meaning, by_words, fusion, *clicked)
    best: dict[str, Ranked[P]] = {}
    for name, passage in passages.items():
        found = Ranked(passage, fused[name] * (1 + AUTHORITY_WEIGHT * passage.authority))
        if passage.document not in best or _before(found, best[passage.document]):
            best[passage.document] = found
    return sorted(best.values(), key=lambda found: (-found.score, found.passage.document))


def _wanted(rankings: Rankings[P], fusion: Fusion) -> Rankings[P]:
    return rankings if fusion.clicked else rankings[:2]


def _before(one: Ranked[P], other: Ranked[P]) -> bool:
    return (-one.score, one.passage.number) < (-other.score, other.passage.number)


def _name(passage: Passage) -> str:
    return primary_key(passage.document, passage.number)
