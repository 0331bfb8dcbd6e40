"""Pure rules of the read path: documents from passages, the authority prior, the snippet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.access import may_see
from retrieval.passages import body_of
from retrieval.text import words
from stores.vector_rows import Hit

AUTHORITY_WEIGHT = 0.05
"""A document of full authority gains 5 % of its fused score: about three places among the first ten, never more."""

SNIPPET_CHARACTERS = 240

_SENTENCE_END = re.compile(r"(?<=[.!?…。\uff01\uff1f])\s*")


@dataclass(frozen=True, slots=True)
class Found:
    """One document of an answer; `rank` counts from 1, `score` is fused and comparable within one answer only."""

    document: str
    rank: int
    score: float
    title: str
    snippet: str


def rank(query: str, hits: Sequence[Hit], groups: frozenset[str] | None, k: int) -> list[Found]:
    """Return the best `k` documents that `groups` may see.

    `hits` are passages, best first. A document counts with its best passage. `groups=None` is the operator's view for
    comparing collections, which nobody's search may use.
    """
    best: dict[str, tuple[float, Hit]] = {}
    for hit in hits:
        if groups is not None and not may_see(hit.acl, groups):
            continue
        score = hit.score * (1 + AUTHORITY_WEIGHT * hit.authority)
        if hit.document not in best or score > best[hit.document][0]:
            best[hit.document] = (score, hit)
    order = sorted(best.values(), key=lambda scored: (-scored[0], scored[1].document))
    return [
        Found(hit.document, place, score, hit.title, snippet(query, body_of(hit.text, hit.title)))
        for place, (score, hit) in enumerate(order[:k], start=1)
    ]


def snippet(query: str, text: str) -> str:
    """Return the sentence of `text` that shares most words with the query, continued up to the snippet's length."""
    wanted = set(words(query))
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text))]
    ends = [*starts[1:], len(text)]
    shared = [len(wanted.intersection(words(text[a:b]))) for a, b in zip(starts, ends, strict=True)]
    start = starts[shared.index(max(shared))]
    cut = text[start : start + SNIPPET_CHARACTERS]
    return " ".join(cut.split()) + ("…" if start + SNIPPET_CHARACTERS < len(text) else "")
