"""Live model, base model, BM25 and candidate on the same held-out queries over the same corpus.

Each is judged alone, so that a gain is the model's own; live and candidate also fused with BM25, as searches use them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval import metrics
from retrieval.bm25 import Bm25
from retrieval.fusion import fuse
from trainer.data.split import Query
from trainer.judging import model_tests
from trainer.judging.corpus import DEPTH, Corpus, Vectors, rank
from trainer.judging.gate import Scores
from trainer.judging.model_tests import ModelTest
from trainer.judging.questions import Questions

_AT_ONCE = 64
"""Queries scored at once: bounds the matrix of scores, whatever the corpus."""

CANDIDATE, LIVE, BASE, BM25 = "candidate", "live", "base", "bm25"
FUSED = {CANDIDATE: "candidate + bm25", LIVE: "live + bm25"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What evaluation found. `rankings` has for each system the first `DEPTH` documents of each query.

    `behaviours` gives for each behaviour: tests, passed by live, passed by candidate; `lost_tests` names the tests that
    live passes and the candidate does not.
    """

    queries: tuple[Query, ...]
    slices: tuple[tuple[str, ...], ...]
    rankings: Mapping[str, Sequence[Sequence[str]]]
    tests: tuple[ModelTest, ...]
    behaviours: Mapping[str, tuple[int, int, int]]
    lost_tests: tuple[str, ...]

    def ndcg_of(self, system: str) -> npt.NDArray[np.float64]:
        """Return nDCG@10 of every query."""
        pairs = zip(self.rankings[system], self.queries, strict=True)
        return np.array([metrics.ndcg(ranked, query.relevant, 10) for ranked, query in pairs], dtype=np.float64)

    def scores(self) -> Scores:
        """Return what the gate judges."""
        return Scores(
            candidate=self.ndcg_of(CANDIDATE),
            live=self.ndcg_of(LIVE),
            fused=self.ndcg_of(FUSED[CANDIDATE]) - self.ndcg_of(FUSED[LIVE]),
            groups=[query.group for query in self.queries],
            slices=self.slices,
        )


def evaluate(questions: Questions, vectors: Mapping[str, Vectors]) -> Evaluation:
    """Rank with every system.

    `vectors` gives for candidate, live and base the vectors of `questions.texts`, in that order; rows beyond are not
    looked at.
    """
    corpus, queries, tests = questions.corpus, questions.queries, questions.tests
    n, passages, end = len(queries), len(corpus.texts), len(questions.texts)
    dense = {name: semantic(corpus, rows[:passages], rows[passages:end]) for name, rows in vectors.items()}
    with_words = {**dense, BM25: lexical(corpus, [query.text for query in queries])}
    rankings: dict[str, Sequence[Sequence[str]]] = {
        name: [[document for document in row if not model_tests.is_general(document)] for row in ranked[:n]]
        for name, ranked in with_words.items()
    }
    for system, name in FUSED.items():
        pairs = zip(rankings[system], rankings[BM25], strict=True)
        rankings[name] = [fuse(pair, DEPTH) for pair in pairs]
    before = model_tests.passed(tests, dense[LIVE][n:])
    after = model_tests.passed(tests, dense[CANDIDATE][n:])
    lost = [t.name for t, old, new in zip(tests, before, after, strict=True) if old and not new]
    tallied = model_tests.tally(tests, before, after)
    return Evaluation(queries, questions.slices, rankings, tests, tallied, tuple(lost))


def semantic(corpus: Corpus, texts: Vectors, asked: Vectors) -> list[list[str]]:
    """Return the ranking by cosine; `texts` has shape (passages, d) and `asked` (queries, d), unit rows."""
    chunks = (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
    return [row for chunk in chunks for row in rank(chunk @ texts.T, corpus)]


def lexical(corpus: Corpus, queries: Sequence[str]) -> list[list[str]]:
    """Return BM25's ranking."""
    index = Bm25(corpus.texts)
    chunks = (queries[start : start + _AT_ONCE] for start in range(0, len(queries), _AT_ONCE))
    return [row for chunk in chunks for row in rank(index.scores(chunk), corpus, floor=0.0)]
