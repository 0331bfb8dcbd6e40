"""Which documents of a large corpus are ranked to judge: those that decide, and a sample of the others. Pure.

Who leaves out most documents of a corpus leaves out most of what competes with a good answer. So the documents that
queries seek come first, then all that people were shown for them, which have values as labels, then what words find in
the whole corpus, from the first place of every query on to lower ones. The rest of the room, at least a quarter, is a
sample by hash. Each of the sample stands for as many documents as were left out for it (Horvitz and Thompson, "A
generalization of sampling without replacement from a finite universe", 1952), so that how rare a word is and how long
passages are is told of the whole corpus. What only a new model's vectors would find among the documents that are left
out is not found.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from retrieval.bm25 import Bm25
from retrieval.text import query_terms
from trainer.data.examples import Document

_BY_WORDS = 100
"""Documents of a ranking by words that are looked at."""

_SAMPLED = 0.25
"""Of the limit, at least; what people sought and were shown may take of it."""

_AT_ONCE = 64
"""Queries scored at once: bounds the matrix of scores, whatever the corpus."""


@dataclass(frozen=True, slots=True)
class Judging:
    """The documents that are ranked, by name and with how many documents each stands for; `left_out` are not ranked."""

    stands_for: Mapping[str, float]
    left_out: int = 0


def chosen(
    documents: Sequence[Document], sought: Collection[str], shown: Collection[str], asked: Iterable[str], limit: int
) -> Judging:
    """Return at most `limit` of the documents; the same input in any order gives the same ones.

    `sought` are what queries seek, `shown` what people were shown for them, `asked` the texts of queries.
    """
    known = {one.document: one for one in documents}
    if len(known) <= limit:
        return Judging(dict.fromkeys(sorted(known), 1.0))
    first = dict.fromkeys(name for some in (sought, shown) for name in sorted(some, key=_hash) if name in known)
    forced = list(first)[:limit]
    room = limit - round(_SAMPLED * limit)
    if len(forced) < room:
        by_words = found_by_words([known[name] for name in sorted(known)], sorted(set(asked)))
        forced = list(dict.fromkeys([*forced, *by_words]))[:room]
    others = sorted(known.keys() - set(forced), key=_hash)
    sample = others[: limit - len(forced)]
    weight = len(others) / len(sample) if sample else 1.0
    stands_for = dict.fromkeys(forced, 1.0) | dict.fromkeys(sample, weight)
    return Judging(dict(sorted(stands_for.items())), len(known) - len(stands_for))


def found_by_words(documents: Sequence[Document], asked: Sequence[str]) -> list[str]:
    """Return the names of what words find for the queries: what stands first for any of them, then second, and so on.

    Documents are whole here, and not cut: that costs no tokenizer, and who is found by a passage is found by it.
    """
    wanted = frozenset(term for text in asked for term in query_terms(text))
    index = Bm25([f"{one.title}\n{one.body}" for one in documents], only=wanted)
    places: dict[str, int] = {}
    for start in range(0, len(asked), _AT_ONCE):
        for scores in index.scores(asked[start : start + _AT_ONCE]):
            best = np.argsort(-scores, kind="stable")[:_BY_WORDS].tolist()
            for place, n in enumerate(best):
                name = documents[n].document
                if scores[n] > 0 and place < places.get(name, _BY_WORDS):
                    places[name] = place
    return sorted(places, key=lambda name: (places[name], _hash(name)))


def _hash(name: str) -> bytes:
    return blake2b(name.encode()).digest()
