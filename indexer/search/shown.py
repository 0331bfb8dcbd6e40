"""What a person is shown of the documents that were ranked: title, place and snippet. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.passages import body_of
from retrieval.plain_text import plain
from retrieval.ranking import Ranked, documents, settled
from retrieval.text import query_terms, terms
from schemas.fusion import Fusion
from stores.vector_rows import Hit
from stores.vectors import Rankings

SNIPPET_CHARACTERS = 240

_SENTENCE_END = re.compile(r"(?<=[.!?…。\uff01\uff1f])\s*")


@dataclass(frozen=True, slots=True)
class Found:
    """One document of an answer; `rank` counts from 1, `score` is fused and comparable within one answer only.

    `truncated` says that not all of the document is indexed.
    """

    document: str
    rank: int
    score: float
    title: str
    snippet: str
    truncated: bool = False


def best(
    query: str, rankings: Rankings, ended: Sequence[bool], deep: int, k: int, fusion: Fusion
) -> list[Found] | None:
    """Return the best `k` documents of rankings of passages that a person may see; None when more is to be fetched.

    The order is that of `retrieval.ranking.settled`.
    """
    found = settled(rankings, ended, deep, k, fusion)
    return None if found is None else _shown(query, found[:k])


def rank(query: str, rankings: Rankings, fusion: Fusion, k: int) -> list[Found]:
    """Return the best `k` documents of rankings of passages as they are."""
    return _shown(query, documents(rankings, fusion)[:k])


def _shown(query: str, ranked: Sequence[Ranked[Hit]]) -> list[Found]:
    return [
        Found(
            document=hit.document,
            rank=position,
            score=one.score,
            title=plain(hit.title),
            snippet=snippet(query, body_of(hit.text)),
            truncated=hit.truncated,
        )
        for position, one in enumerate(ranked, start=1)
        for hit in (one.passage,)
    ]


def snippet(query: str, text: str) -> str:
    """Return the sentence of `text` that shares most words with the query, continued up to the snippet's length, as
    plain text."""
    text, wanted = plain(text), set(query_terms(query))
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text))]
    ends = [*starts[1:], len(text)]
    shared = [len(wanted.intersection(terms(text[a:b]))) for a, b in zip(starts, ends, strict=True)]
    start = starts[shared.index(max(shared))]
    cut = text[start : start + SNIPPET_CHARACTERS]
    return " ".join(cut.split()) + ("…" if start + SNIPPET_CHARACTERS < len(text) else "")
