"""Pure rules of the read path: documents from two rankings of passages, the authority prior, the snippet."""

import re
from dataclasses import dataclass

from retrieval.fusion import scores
from retrieval.passages import body_of
from retrieval.text import query_terms, terms
from stores.vector_rows import Hit, primary_key
from stores.vectors import Rankings

AUTHORITY_WEIGHT = 0.05
"""A document of full authority gains 5 % of its fused score: about three places among the first ten, never more."""

WIDEN = 4
"""How many times deeper the rankings are read when they have too few documents."""

SNIPPET_CHARACTERS = 240

_SENTENCE_END = re.compile(r"(?<=[.!?…。\uff01\uff1f])\s*")


@dataclass(frozen=True, slots=True)
class Found:
    """One document of an answer; `rank` counts from 1, `score` is fused and comparable within one answer only.

    `truncated` says that the end of the document is not indexed.
    """

    document: str
    rank: int
    score: float
    title: str
    snippet: str
    truncated: bool = False


def best(query: str, rankings: Rankings, ended: tuple[bool, bool], depth: int, k: int) -> list[Found] | None:
    """Return the best `k` documents of two rankings of passages that a person may see; None when more is to be fetched.

    Both rankings count down to the same depth: `depth` passages, or as many times `WIDEN` as it takes to have `k`
    documents. So what the person may not see moves neither rank nor score of what they may. `ended` says of each
    ranking whether there is nothing behind it.
    """
    while all(over or len(ranking) >= depth for ranking, over in zip(rankings, ended, strict=True)):
        found = rank(query, (rankings[0][:depth], rankings[1][:depth]), k)
        if len(found) >= k or (all(ended) and depth >= max(map(len, rankings))):
            return found
        depth *= WIDEN
    return None


def rank(query: str, rankings: Rankings, k: int) -> list[Found]:
    """Return the best `k` documents of two rankings of passages, fused; a document counts with its best passage."""
    hits = {_name(hit): hit for ranking in rankings for hit in ranking}
    fused = scores([[_name(hit) for hit in ranking] for ranking in rankings])
    tops: dict[str, tuple[float, Hit]] = {}
    for name, hit in hits.items():
        score = fused[name] * (1 + AUTHORITY_WEIGHT * hit.authority)
        if hit.document not in tops or (-score, hit.number) < (-tops[hit.document][0], tops[hit.document][1].number):
            tops[hit.document] = (score, hit)
    order = sorted(tops.values(), key=lambda scored: (-scored[0], scored[1].document))
    return [
        Found(hit.document, position, score, hit.title, snippet(query, body_of(hit.text)), hit.truncated)
        for position, (score, hit) in enumerate(order[:k], start=1)
    ]


def _name(hit: Hit) -> str:
    return primary_key(hit.document, hit.number)


def snippet(query: str, text: str) -> str:
    """Return the sentence of `text` that shares most words with the query, continued up to the snippet's length."""
    wanted = set(query_terms(query))
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text))]
    ends = [*starts[1:], len(text)]
    shared = [len(wanted.intersection(terms(text[a:b]))) for a, b in zip(starts, ends, strict=True)]
    start = starts[shared.index(max(shared))]
    cut = text[start : start + SNIPPET_CHARACTERS]
    return " ".join(cut.split()) + ("…" if start + SNIPPET_CHARACTERS < len(text) else "")
