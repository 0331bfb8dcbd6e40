"""Labelled queries over the demo's documents: nDCG@10 of vectors, words, and both fused evenly and as chosen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from statistics import fmean
from typing import Any

import numpy as np

from bench.retrieval.pages import Library, Page, query
from demo.corpus import CorpusSize, load_corpus
from retrieval import metrics
from retrieval.clicked_queries import LEAST_PEOPLE, Click, clicked_queries
from retrieval.encoders import Encoder
from schemas.fusion import EVEN
from trainer.data.split import Query, SplitRules
from trainer.judging.clicked import without_held_out
from trainer.judging.evaluate import baseline, choice
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
    rows = Rows(library.vectors, asked, none, library.asked([one.text for one in validation]), none)
    chosen = choice(library.served, validation, rows, _LEAST).fusion
    return {
        "documents": len(library.corpus.names),
        "queries": len(judged),
        "ndcg_dense": gain(library.by_meaning(asked), judged),
        "ndcg_words": gain(library.by_words(texts), judged),
        "ndcg_even": gain(library.fused(asked, texts, EVEN), judged),
        "ndcg_chosen": gain(library.fused(asked, texts, chosen), judged),
        "chosen": chosen.model_dump(),
        **_with_clicked(library, known, rows),
    }


def _with_clicked(library: Library, known: Sequence[Query], rows: Rows) -> dict[str, Any]:
    """Return what the judged queries gain when people have clicked after the others, as few people as count.

    The weights are chosen by half of the validation queries, over documents that were clicked after the other half.
    """
    validation, judged = divided(known)
    teaching, choosing = divided(validation, 2, 1)
    before = library.with_clicked(_said(teaching, choosing)).served
    after = library.with_clicked(_said(validation, judged))
    numbers = {one.text: n for n, one in enumerate(validation)}
    some = replace(rows, validation=rows.validation[[numbers[one.text] for one in choosing]])
    fusion, words = choice(before, choosing, some, _LEAST).fusion, baseline(before, choosing, _LEAST)
    texts, even = [one.text for one in judged], EVEN.model_copy(update={"clicked": fusion.clicked})
    (by_words,) = after.served.rank_words(texts, [words])
    return {
        "clicked_queries": sum(map(len, after.corpus.clicked)),
        "ndcg_words_clicked": gain(by_words, judged),
        "ndcg_even_clicked": gain(after.fused(rows.queries, texts, even), judged),
        "ndcg_chosen_clicked": gain(after.fused(rows.queries, texts, fusion), judged),
        "chosen_clicked": {"dense": fusion.dense, "clicked": fusion.clicked, "with_words_alone": words.clicked},
    }


def _said(clicked: Sequence[Query], held_out: Sequence[Query]) -> dict[str, tuple[str, ...]]:
    """Return the clicked queries of each document, without those that are nearly held out."""
    clicks = defaultdict[str, list[Click]](list)
    for one in clicked:
        for name in one.relevant:
            clicks[name] += [Click(one.text, f"person {n}", one.last_at) for n in range(LEAST_PEOPLE)]
    said = {name: clicked_queries(found, found[0].at) for name, found in clicks.items()}
    return without_held_out(said, [one.text for one in held_out], SplitRules().query_similarity)


def divided(queries: Sequence[Query], parts: int = _VALIDATION, byte: int = 0) -> tuple[list[Query], list[Query]]:
    """Return the queries that choose, one of `parts`, and those that judge, by a byte of a hash of their words."""
    sides: tuple[list[Query], list[Query]] = ([], [])
    for one in queries:
        sides[blake2b(one.text.encode()).digest()[byte] % parts > 0].append(one)
    return sides


def gain(rankings: Sequence[Sequence[str]], queries: Sequence[Query]) -> float:
    """Return the mean nDCG@10."""
    pairs = zip(rankings, queries, strict=True)
    return round(fmean(metrics.ndcg(ranked, one.relevant, 10) for ranked, one in pairs), 4)
