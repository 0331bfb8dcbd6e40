"""What every model is asked: the corpus to rank, the held-out queries with their slices, the model tests. Pure."""

from dataclasses import dataclass

import numpy as np

from retrieval.word_pieces import Pieces
from trainer.config import TrainingConfig
from trainer.data.snapshot import Snapshot
from trainer.data.split import Query, Split
from trainer.judging import corpus, model_tests
from trainer.judging.corpus import Corpus, Vectors
from trainer.judging.model_tests import ModelTest
from trainer.judging.slices import slices
from trainer.learning import general


@dataclass(frozen=True, slots=True)
class Rows:
    """One model's unit vectors, a row each: of passages, of held-out queries, of tests, of validation queries."""

    passages: Vectors
    queries: Vectors
    tests: Vectors
    validation: Vectors


@dataclass(frozen=True, slots=True)
class Questions:
    """`slices[i]` names the slices of `queries[i]`; `validation` chooses the weights and is never judged by."""

    corpus: Corpus
    queries: tuple[Query, ...]
    slices: tuple[tuple[str, ...], ...]
    tests: tuple[ModelTest, ...]
    validation: tuple[Query, ...] = ()

    def rows(self, vectors: Vectors) -> Rows:
        """Return one model's vectors of `texts` by what they are of; rows beyond are left out."""
        counts = (len(self.corpus.texts), len(self.queries), len(self.tests), len(self.validation))
        ends = np.cumsum(counts).tolist()
        return Rows(*(vectors[end - count : end] for end, count in zip(ends, counts, strict=True)))

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what every judged model must embed: passages, then queries, then tests, then validation queries."""
        queries, validation = ([query.text for query in side] for side in (self.queries, self.validation))
        return (*self.corpus.texts, *queries, *(test.query for test in self.tests), *validation)


def build(snapshot: Snapshot, split: Split, config: TrainingConfig, pieces: Pieces) -> Questions:
    """Return the questions of a run; `pieces` is the tokenizer of the model that is to be replaced."""
    rules, guard = config.evaluation, general.guarded()
    searchable = {name: document for name, document in snapshot.documents.items() if document.searchable}
    tests = model_tests.build(split.test, searchable, rules.max_behaviours) + model_tests.general(guard)
    return Questions(
        corpus=corpus.build(snapshot.documents, (*split.test, *split.validation), guard, rules.max_documents, pieces),
        queries=split.test,
        slices=tuple(slices(split.test, searchable)),
        tests=tuple(tests),
        validation=split.validation,
    )
