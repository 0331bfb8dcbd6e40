"""Live model, base model, BM25 and candidate on the same held-out queries over the same corpus.

Live is judged by the ranking that people get today, the candidate by the one that they would get: with the weights
that suit it best on the validation queries. Labels are corrected for what people were shown
(`trainer.judging.exposure`). Vectors alone, words alone, and words with clicked queries stand beside it, and live with
weights chosen as the candidate's are, which says how much of a gain the weights are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from retrieval.bm25 import Bm25 as Bm25Index
from schemas.fusion import EVEN, Fusion
from trainer.data.split import Query
from trainer.judging import exposure, model_tests, weights
from trainer.judging.bootstrap import Interval, drawn
from trainer.judging.corpus import Corpus, Vectors, by_best_passage
from trainer.judging.exposure import Labels
from trainer.judging.gate import GateRules, Scores
from trainer.judging.judged import Judged
from trainer.judging.judged import change as judged_change
from trainer.judging.model_tests import ModelTest, Tally
from trainer.judging.questions import Questions, Rows
from trainer.judging.served import ServedRanking

Array = npt.NDArray[np.float64]

_AT_ONCE = 64
"""Queries scored at once: bounds the matrix of scores, whatever the corpus."""

CANDIDATE, LIVE, BASE, BM25 = "candidate", "live", "base", "bm25"
"""The first two are what is served of a model, the last two vectors alone and words alone."""

_DRAWS, _SEED, _LEVEL = 2_000, 20_260_101, 0.025
"""By which it is decided whether unseen documents cost the candidate: on each side of a 95 % interval."""

BM25_CLICKED = "bm25 with clicked queries"
"""Words and the queries that people clicked after, without any encoder: what an encoder has to beat."""

REWEIGHTED = "live reweighted"
"""Live with weights chosen on the validation queries."""

DENSE = {CANDIDATE: "candidate dense", LIVE: "live dense", BASE: BASE}


@dataclass(frozen=True, slots=True)
class Choice:
    """The fusion that a model got, and the mean score on the validation queries of each that was tried."""

    fusion: Fusion
    tried: Mapping[Fusion, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What evaluation found. `rankings` has for each system the first documents of each query.

    `choices` says how the candidate is fused and how live would best be, `today` how live is fused. `behaviours` says
    what became of each behaviour; `lost_tests` names the tests that live passes and the candidate does not. `labels`
    corrects clicks for what was shown; without, they count as they are.
    `judged` are the queries that people judged, `judged_rankings` what candidate and live answer to them. `documents`
    says how many were ranked, of how many.
    """

    queries: tuple[Query, ...]
    slices: tuple[tuple[str, ...], ...]
    rankings: Mapping[str, Sequence[Sequence[str]]]
    tests: tuple[ModelTest, ...]
    behaviours: Mapping[str, Tally]
    lost_tests: tuple[str, ...]
    choices: Mapping[str, Choice]
    today: Fusion = EVEN
    labels: Labels | None = None
    judged: tuple[Judged, ...] = ()
    judged_rankings: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    documents: tuple[int, int] | None = None

    @property
    def known(self) -> Labels:
        """Return the labels; those of clicks as they are where no others were given."""
        return self.labels or _as_they_are(self.queries)

    def ndcg_of(self, system: str) -> Array:
        """Return nDCG@10 of every query, by clicks as they are."""
        return exposure.whole_scores(self.rankings[system], self.queries, _as_they_are(self.queries))

    def score_of(self, system: str) -> Array:
        """Return what decides of every query: nDCG@10, by clicks corrected for what people were shown."""
        return self._score(system, whole=self.unseen_cost())

    def unseen_cost(self) -> bool:
        """Return whether documents that nobody was shown cost the candidate, so that rankings count as they are."""
        seen, whole = (self._score(CANDIDATE, mode) - self._score(LIVE, mode) for mode in (False, True))
        groups = [query.group for query in self.queries]
        return drawn(whole - seen, groups, _DRAWS, _SEED).interval(_LEVEL).high < 0

    def scores(self) -> Scores:
        """Return what the gate judges: the served rankings."""
        whole = self._score(CANDIDATE, whole=True) - self._score(LIVE, whole=True)
        return Scores(
            candidate=self.score_of(CANDIDATE),
            live=self.score_of(LIVE),
            groups=[query.group for query in self.queries],
            slices=self.slices,
            whole=float(whole.mean()) if len(whole) else 0.0,
            documents=self.documents,
        )

    def judged_change(self, rules: GateRules) -> Interval | None:
        """Return what the candidate gains on the queries that people judged; None where there are none."""
        if not self.judged:
            return None
        after, before = (self.judged_rankings[name] for name in (CANDIDATE, LIVE))
        return judged_change(self.judged, after, before, rules.first, rules.resamples, rules.seed)

    def coverage(self, system: str) -> float:
        """Return the share of a system's first places that hold what people were shown for the query."""
        return exposure.coverage(self.rankings[system], self.known)

    def _score(self, system: str, whole: bool) -> Array:
        by = exposure.whole_scores if whole else exposure.seen_scores
        return by(self.rankings[system], self.queries, self.known)


def evaluate(
    questions: Questions, vectors: Mapping[str, Vectors], today: Fusion, least: int, cut: Questions | None = None
) -> Evaluation:
    """Rank with every system.

    `vectors` gives for candidate, live and base the vectors of `questions.texts`, in that order; rows beyond are not
    looked at. `today` is how live is fused now; fewer than `least` validation queries choose nothing. `cut` are the
    same questions of passages as the candidate's index would have them, where it cuts documents in another way.
    """
    asked = dict.fromkeys(vectors, questions) | ({CANDIDATE: cut} if cut else {})
    rows = {name: asked[name].rows(found) for name, found in vectors.items()}
    own, tests = questions.corpus.own(), questions.tests
    words = own.words()
    served = ServedRanking(own, words)
    serving = {LIVE: served, CANDIDATE: served_of(cut) if cut else served}
    known = questions.validation_labels or _as_they_are(questions.validation)
    choices = {name: choice(by, questions.validation, rows[name], least, known) for name, by in serving.items()}
    texts = [query.text for query in questions.queries]

    def ranked(model: str, *fusions: Fusion) -> list[list[list[str]]]:
        return serving[model].rank(rows[model].passages, rows[model].queries, texts, fusions)

    rankings: dict[str, Sequence[Sequence[str]]] = {DENSE[n]: _documents(asked[n], of) for n, of in rows.items()}
    rankings[BM25] = lexical(own, words, texts)
    (rankings[BM25_CLICKED],) = served.rank_words(texts, [baseline(served, questions.validation, least, known)])
    rankings[LIVE], rankings[REWEIGHTED] = ranked(LIVE, today, choices[LIVE].fusion)
    (rankings[CANDIDATE],) = ranked(CANDIDATE, choices[CANDIDATE].fusion)
    fused = {LIVE: today, CANDIDATE: choices[CANDIDATE].fusion}
    by_people = [one.text for one in questions.judged]
    guarded = {
        name: serving[name].rank(rows[name].passages, rows[name].judged, by_people, [by])[0]
        for name, by in fused.items()
    }
    before, after = (_passed(asked[name], rows[name], serving[name], fused[name]) for name in (LIVE, CANDIDATE))
    lost = [t.name for t, old, new in zip(tests, before, after, strict=True) if old and not new]
    tallied = model_tests.tally(tests, before, after)
    return Evaluation(
        questions.queries, questions.slices, rankings, tests, tallied, tuple(lost), choices, today, questions.labels,
        questions.judged, guarded, (len(own.names), len(own.names) + own.left_out),
    )  # fmt: skip


def served_of(questions: Questions) -> ServedRanking:
    """Return the ranking that searches get of the questions' documents, cut as they are there."""
    own = questions.corpus.own()
    return ServedRanking(own, own.words())


def choice(
    served: ServedRanking, validation: Sequence[Query], rows: Rows, least: int, known: Labels | None = None
) -> Choice:
    """Return the fusion that ranks the validation queries best, as far as they tell, with one model's vectors."""
    known = known or _as_they_are(validation)
    if not validation:
        return Choice(EVEN, {})
    grid = weights.WITH_CLICKED if served.has_clicked else weights.GRID
    found = served.rank(rows.passages, rows.validation, [query.text for query in validation], grid)
    tried = dict(zip(grid, _each(found, validation, known), strict=True))
    return Choice(weights.chosen(tried, least), {fusion: float(each.mean()) for fusion, each in tried.items()})


def baseline(served: ServedRanking, validation: Sequence[Query], least: int, known: Labels | None = None) -> Fusion:
    """Return how words and clicked queries, without any encoder, rank the validation queries best."""
    known = known or _as_they_are(validation)
    found = served.rank_words([query.text for query in validation], weights.WORDS)
    tried = dict(zip(weights.WORDS, _each(found, validation, known), strict=True))
    return weights.chosen(tried, least, weights.WORDS[0])


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


def _passed(questions: Questions, rows: Rows, served: ServedRanking, fusion: Fusion) -> list[bool]:
    """Tell which tests pass as searches rank; those of general texts, which no search finds, by vectors alone."""
    (ranked,) = served.rank(rows.passages, rows.tests, [test.query for test in questions.tests], [fusion])
    by_meaning = semantic(questions.corpus, rows.passages, rows.tests)
    kinds = [test.behaviour == model_tests.GENERAL for test in questions.tests]
    found = [dense if general else own for general, dense, own in zip(kinds, by_meaning, ranked, strict=True)]
    return model_tests.passed(questions.tests, found)


def _each(found: Sequence[Sequence[Sequence[str]]], queries: Sequence[Query], known: Labels) -> list[Array]:
    return [exposure.seen_scores(ranked, queries, known) for ranked in found]


def _as_they_are(queries: Sequence[Query]) -> Labels:
    return Labels((None,) * len(queries))
