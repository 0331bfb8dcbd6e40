"""What every model is asked: the corpus to rank, the held-out queries with their slices, the model tests. Pure."""

from dataclasses import dataclass

import numpy as np

from retrieval.word_pieces import Pieces
from trainer.config import TrainingConfig
from trainer.data.snapshot import Snapshot
from trainer.data.split import Query, Split
from trainer.judging import corpus, judged, model_tests
from trainer.judging.clicked import without_held_out
from trainer.judging.corpus import Corpus, Vectors
from trainer.judging.exposure import Labels, labels, shown_for
from trainer.judging.judged import Judged
from trainer.judging.model_tests import ModelTest
from trainer.judging.slices import slices
from trainer.learning import general


@dataclass(frozen=True, slots=True)
class Rows:
    """One model's unit vectors, a row each: of passages, held-out queries, tests, validation and judged queries."""

    passages: Vectors
    queries: Vectors
    tests: Vectors
    validation: Vectors
    judged: Vectors


@dataclass(frozen=True, slots=True)
class Questions:
    """`slices[i]` names the slices of `queries[i]`; `validation` chooses the weights and is never judged by.

    `judged` are queries of people who judge: they guard. The labels say what documents are worth for the queries of
    each side; without them clicks count as they are.
    """

    corpus: Corpus
    queries: tuple[Query, ...]
    slices: tuple[tuple[str, ...], ...]
    tests: tuple[ModelTest, ...]
    validation: tuple[Query, ...] = ()
    labels: Labels | None = None
    validation_labels: Labels | None = None
    judged: tuple[Judged, ...] = ()

    def rows(self, vectors: Vectors) -> Rows:
        """Return one model's vectors of `texts` by what they are of; rows beyond are left out."""
        counts = (len(self.corpus.texts), len(self.queries), len(self.tests), len(self.validation), len(self.judged))
        ends = np.cumsum(counts).tolist()
        return Rows(*(vectors[end - count : end] for end, count in zip(ends, counts, strict=True)))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what every judged model must embed: passages, queries, tests, validation queries, judged ones."""
        queries, validation = ([query.text for query in side] for side in (self.queries, self.validation))
        judged = (one.text for one in self.judged)
        return (*self.corpus.texts, *queries, *(test.query for test in self.tests), *validation, *judged)


def build(snapshot: Snapshot, split: Split, config: TrainingConfig, pieces: Pieces) -> Questions:
    """Return the questions of a run; `pieces` is the tokenizer of the model that is to be replaced."""
    rules, guard, held_out = config.evaluation, general.guarded(), (*split.test, *split.validation)
    said = {name: document.clicked for name, document in snapshot.documents.items() if document.clicked}
    searchable = {name: document for name, document in snapshot.documents.items() if document.searchable}
    added = model_tests.added(snapshot.tests, searchable)
    tests = [*model_tests.build(split.test, searchable, rules.max_behaviours), *added, *model_tests.general(guard)]
    guarded = judged.guard(snapshot.judgments, searchable, config.split.query_similarity)
    by_people = judged.judged_among(split.test, snapshot.judgments, split.test_documents)
    judging = [*(query.text for query in held_out), *(one.text for one in guarded)]
    clicked = without_held_out(said, judging, config.split.query_similarity)
    lists = [one for people in shown_for(judging, snapshot.answers).values() for one in people]
    shown = {name for some in (*lists, *(one.expected for one in added)) for name in some}
    ranked = corpus.build(
        snapshot.documents, (*held_out, *guarded), guard, rules.max_documents, pieces, clicked, shown,
        (*judging, *(test.query for test in tests)),
    )  # fmt: skip
    values = labels(split.test, snapshot.answers, snapshot.rows, split.test_documents)
    return Questions(
        corpus=ranked,
        queries=split.test,
        slices=tuple(slices(split.test, searchable)),
        tests=tuple(tests),
        validation=split.validation,
        labels=values.without(by_people),
        validation_labels=labels(split.validation, snapshot.answers, snapshot.rows, split.validation_documents),
        judged=guarded,
    )
