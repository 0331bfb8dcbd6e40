"""Labelled queries over the demo's documents: nDCG@10 of vectors, words, and both fused evenly and as chosen."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from statistics import fmean
from typing import Any

import numpy as np

from bench.retrieval.pages import Library, Page, query
from demo.corpus import CorpusSize, load_corpus
from retrieval import metrics
from retrieval.clicked_queries import LEAST_PEOPLE, Click, clicked_queries
from retrieval.encoders import Encoder
from retrieval.text import normalized
from schemas.fusion import EVEN
from trainer.data.split import Query
from trainer.judging.evaluate import choice
from trainer.judging.questions import Rows

_VALIDATION = 4
"""One query of so many chooses the weight; the others are judged."""

_LEAST = 20


def measured(encoder: Encoder, documents: int) -> dict[str, Any]:
    """Return the figures over `documents` documents of each of the demo's two groups."""
    size = CorpusSize(documents=documents)
    groups = load_corpus(size)
    both = (groups.first, groups.second)
    library = Library({d.id: Page(d.title, d.body) for group in both for d in group.documents}, encoder)
    known = [query(one.text, dict.fromkeys(one.relevant, 1.0), 0) for group in both for one in group.queries]
    validation, judged = divided(known)
    asked, texts = library.asked([one.text for one in judged]), [one.text for one in judged]
    none = np.zeros((0, library.vectors.shape[1]), dtype=np.float32)
    rows = Rows(library.vectors, asked, none, library.asked([one.text for one in validation]))
    chosen = choice(library.served, validation, rows, _LEAST).fusion
    return {
        "documents": len(library.corpus.names),
        "queries": len(judged),
        "ndcg_dense": gain(library.by_meaning(asked), judged),
        "ndcg_words": gain(library.by_words(texts), judged),
        "ndcg_even": gain(library.fused(asked, texts, EVEN), judged),
        "ndcg_chosen": gain(library.fused(asked, texts, chosen), judged),
        "chosen": chosen.model_dump(),
        **_with_clicked(library, validation, judged),
    }


def _with_clicked(library: Library, known: Sequence[Query], judged: Sequence[Query]) -> dict[str, Any]:
    """Return what the judged queries gain when people have clicked after the others, as few as count."""
    clicked = defaultdict[str, list[Click]](list)
    for one in known:
        for name in one.relevant:
            clicked[name] += [Click(one.text, f"person {n}", one.last_at) for n in range(LEAST_PEOPLE)]
    held_out = {normalized(one.text) for one in judged}
    more = {name: clicked_queries(found, held_out, found[0].at) for name, found in clicked.items()}
    helped, texts = library.with_words(more), [one.text for one in judged]
    return {
        "clicked_queries": sum(map(len, more.values())),
        "ndcg_words_clicked": gain(helped.by_words(texts), judged),
        "ndcg_even_clicked": gain(helped.fused(library.asked(texts), texts, EVEN), judged),
    }


def divided(queries: Sequence[Query]) -> tuple[list[Query], list[Query]]:
    """Return the queries that choose and those that judge, by a hash of their words."""
    sides: tuple[list[Query], list[Query]] = ([], [])
    for one in queries:
        sides[blake2b(one.text.encode()).digest()[0] % _VALIDATION > 0].append(one)
    return sides


def gain(rankings: Sequence[Sequence[str]], queries: Sequence[Query]) -> float:
    """Return the mean nDCG@10."""
    pairs = zip(rankings, queries, strict=True)
    return round(fmean(metrics.ndcg(ranked, one.relevant, 10) for ranked, one in pairs), 4)
