"""Live model, base model, BM25 and candidate on the same held-out queries over the same corpus.

Live and candidate are judged by the ranking that people get, each with the weights that suit it best on the validation
queries. Vectors alone and words alone stand beside it, and live with the weights that it has today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval import metrics
from retrieval.bm25 import Bm25 as Bm25Index
from schemas.fusion import EVEN, Fusion
from trainer.data.split import Query
from trainer.judging import model_tests, weights
from trainer.judging.corpus import Corpus, Vectors, by_best_passage
from trainer.judging.gate import Scores
from trainer.judging.model_tests import ModelTest
from trainer.judging.questions import Questions, Rows
from trainer.judging.served import ServedRanking

_AT_ONCE = 64
"""Queries scored at once: bounds the matrix of scores, whatever the corpus."""

CANDIDATE, LIVE, BASE, BM25 = "candidate", "live", "base", "bm25"
"""The first two are what is served of a model, the last two vectors alone and words alone."""

TODAY = "live as today"
DENSE = {CANDIDATE: "candidate dense", LIVE: "live dense", BASE: BASE}


@dataclass(frozen=True, slots=True)
class Choice:
    """The fusion that a model got, and the mean nDCG@10 on the validation queries of each that was tried."""

    fusion: Fusion
    tried: Mapping[Fusion, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What evaluation found. `rankings` has for each system the first documents of each query.

    `choices` says how live and candidate are fused, `today` how live is fused now. `behaviours` gives for each
    behaviour: tests, passed by live, passed by candidate; `lost_tests` names the tests that live passes and the
    candidate does not.
    """

    queries: tuple[Query, ...]
    slices: tuple[tuple[str, ...], ...]
    rankings: Mapping[str, Sequence[Sequence[str]]]
    tests: tuple[ModelTest, ...]
    behaviours: Mapping[str, tuple[int, int, int]]
    lost_tests: tuple[str, ...]
    choices: Mapping[str, Choice]
    today: Fusion = EVEN

    def ndcg_of(self, system: str) -> npt.NDArray[np.float64]:
        """Return nDCG@10 of every query."""
        return _gains(self.rankings[system], self.queries)

    def scores(self) -> Scores:
        """Return what the gate judges: the served rankings."""
        return Scores(
            candidate=self.ndcg_of(CANDIDATE),
            live=self.ndcg_of(LIVE),
            groups=[query.group for query in self.queries],
            slices=self.slices,
        )


def evaluate(questions: Questions, vectors: Mapping[str, Vectors], today: Fusion, least: int) -> Evaluation:
    """Rank with every system.

    `vectors` gives for candidate, live and base the vectors of `questions.texts`, in that order; rows beyond are not
    looked at. `today` is how live is fused now; fewer than `least` validation queries choose nothing.
    """
    rows = {name: questions.rows(found) for name, found in vectors.items()}
    own, tests = questions.corpus.own(), questions.tests
    words = Bm25Index(own.texts)
    served = ServedRanking(own, words)
    choices = {name: choice(served, questions.validation, rows[name], least) for name in (CANDIDATE, LIVE)}
    texts = [query.text for query in questions.queries]

    def ranked(model: str, *fusions: Fusion) -> list[list[list[str]]]:
        return served.rank(rows[model].passages, rows[model].queries, texts, fusions)

    rankings: dict[str, Sequence[Sequence[str]]] = {DENSE[n]: _documents(questions, of) for n, of in rows.items()}
    rankings[BM25] = lexical(own, words, texts)
    rankings[LIVE], rankings[TODAY] = ranked(LIVE, choices[LIVE].fusion, today)
    (rankings[CANDIDATE],) = ranked(CANDIDATE, choices[CANDIDATE].fusion)
    before, after = (_passed(questions, rows[name]) for name in (LIVE, CANDIDATE))
    lost = [t.name for t, old, new in zip(tests, before, after, strict=True) if old and not new]
    tallied = model_tests.tally(tests, before, after)
    return Evaluation(questions.queries, questions.slices, rankings, tests, tallied, tuple(lost), choices, today)


def choice(served: ServedRanking, validation: Sequence[Query], rows: Rows, least: int) -> Choice:
    """Return the fusion that ranks the validation queries best with one model's vectors."""
    if not validation:
        return Choice(EVEN, {})
    found = served.rank(rows.passages, rows.validation, [query.text for query in validation], weights.GRID)
    means = [float(_gains(ranked, validation).mean()) for ranked in found]
    tried = dict(zip(weights.GRID, means, strict=True))
    return Choice(weights.chosen(tried, len(validation), least), tried)


def semantic(corpus: Corpus, texts: Vectors, asked: Vectors) -> list[list[str]]:
    """Return the ranking by cosine; `texts` has shape (passages, d) and `asked` (queries, d), unit rows."""
    chunks = (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
    return [row for chunk in chunks for row in by_best_passage(chunk @ texts.T, corpus)]


def lexical(corpus: Corpus, words: Bm25Index, queries: Sequence[str]) -> list[list[str]]:
    """Return BM25's ranking; `words` is the index of the corpus's passages."""
    chunks = (queries[start : start + _AT_ONCE] for start in range(0, len(queries), _AT_ONCE))
    return [row for chunk in chunks for row in by_best_passage(words.scores(chunk), corpus, floor=0.0)]


def _documents(questions: Questions, rows: Rows) -> list[list[str]]:
    """Return the documents of each held-out query by vectors alone; general texts are none."""
    found = semantic(questions.corpus, rows.passages, rows.queries)
    return [[name for name in row if not model_tests.is_general(name)] for row in found]


def _passed(questions: Questions, rows: Rows) -> list[bool]:
    return model_tests.passed(questions.tests, semantic(questions.corpus, rows.passages, rows.tests))


def _gains(rankings: Sequence[Sequence[str]], queries: Sequence[Query]) -> npt.NDArray[np.float64]:
    """Return nDCG@10 of every query."""
    pairs = zip(rankings, queries, strict=True)
    return np.array([metrics.ndcg(ranked, query.relevant, 10) for ranked, query in pairs], dtype=np.float64)
