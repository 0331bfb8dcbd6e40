"""The steps of a run that need several parts: what the models are asked, their vectors, lessons, and judgement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.config import TrainingConfig
from trainer.context import Parts
from trainer.data.examples import Document, Example, Examples
from trainer.data.snapshot import Snapshot
from trainer.data.split import Query, Split, near_copies
from trainer.judging import evaluate
from trainer.judging import model_tests as behaviours
from trainer.judging.encode_job import EncodeJob
from trainer.judging.evaluate import BASE, CANDIDATE, LIVE, Corpus, Report
from trainer.judging.model_tests import Test
from trainer.judging.slices import slices
from trainer.learning import child, fit, general, mine
from trainer.learning.job import FitJob
from trainer.learning.mine import Mined
from trainer.run_directory import Desk

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of every model: the corpus, held-out queries, behaviour tests; and the anchors to learn from."""

    corpus: Corpus
    queries: tuple[Query, ...]
    tests: tuple[Test, ...]
    lessons: tuple[Example, ...]

    @property
    def judged(self) -> list[str]:
        """Return the texts that every judged system must embed: passages, then queries, then tests."""
        return [*self.corpus.texts, *(query.text for query in self.queries), *(test.query for test in self.tests)]

    @property
    def learned(self) -> list[str]:
        """Return what the live model embeds beyond that: the anchors of the lessons come last."""
        return [*self.judged, *(example.anchor for example in self.lessons)]


def task(snapshot: Snapshot, split: Split, config: TrainingConfig) -> Task:
    """Return what the models are asked."""
    rules, guard = config.evaluation, general.guarded()
    tests = behaviours.build(split.test, _searchable(snapshot), rules.max_behaviours) + behaviours.general(guard)
    return Task(
        corpus=evaluate.corpus(snapshot.documents, (*split.test, *split.validation), guard, rules.max_documents),
        queries=split.test,
        tests=tuple(tests),
        lessons=tuple(fit.choose(split.train, config.fit)),
    )


def embed(name: str, models: Mapping[str, Path], texts: Sequence[str], desk: Desk, parts: Parts) -> dict[str, Vectors]:
    """Return every model's vectors of the texts, out of a child process; one directory is embedded with once."""
    distinct = {path: label for label, path in sorted(models.items(), reverse=True)}
    job = EncodeJob(
        models={label: path for path, label in distinct.items()},
        texts=tuple(texts),
        output=desk.directory,
        max_tokens=parts.config.evaluation.max_tokens,
        threads=parts.config.fit.threads,
    )
    path = desk.directory / f"{name}.json"
    path.write_text(job.model_dump_json())
    if not all(job.place(label).is_file() for label in job.models):
        child.run("trainer.judging.encode_process", path, desk.progress, parts.stop, parts.config.attempts)
    return {label: job.vectors(distinct[directory]) for label, directory in models.items()}


def lessons(
    snapshot: Snapshot, examples: Examples, split: Split, asked: Task, vectors: Vectors, config: TrainingConfig
) -> Mined:
    """Return hard negatives for the lessons. `vectors` are the live model's: judged texts, then the anchors."""
    corpus = asked.corpus
    places = [n for n, name in enumerate(corpus.names) if not behaviours.is_general(name)]
    copies = near_copies(snapshot.documents.values(), config.split.document_similarity)
    never = mine.never_negative(asked.lessons, examples.known, snapshot.documents, copies, snapshot.nearby)
    return mine.mine(
        asked.lessons,
        vectors[len(asked.judged) :],
        [corpus.names[n] for n in places],
        vectors[corpus.first[places]],
        never,
        examples.rejected,
        split.held_out_documents,
        config.mining,
    )


def fit_job(
    parent: Path, output: Path, snapshot: Snapshot, split: Split, asked: Task, mined: Mined, config: TrainingConfig
) -> FitJob:
    """Return the job of the fitting process."""
    corpus = asked.corpus
    texts = {
        name: corpus.texts[int(first)]
        for name, first in zip(corpus.names, corpus.first, strict=True)
        if not behaviours.is_general(name)
    }
    return fit.job(
        parent, output, asked.lessons, mined, split, snapshot.documents, texts, general.replayed(), config.fit
    )


def judged(snapshot: Snapshot, asked: Task, before: Mapping[str, Vectors], after: Mapping[str, Vectors]) -> Report:
    """Return the comparison. `before` has live's and base's vectors, `after` the candidate's, judged texts first."""
    passages, end = len(asked.corpus.texts), len(asked.judged)
    split_up = {
        name: (vectors[:passages], vectors[passages:end])
        for name, vectors in {CANDIDATE: after[CANDIDATE], LIVE: before[LIVE], BASE: before[BASE]}.items()
    }
    named = slices(asked.queries, _searchable(snapshot))
    return evaluate.report(asked.queries, named, asked.tests, asked.corpus, split_up)


def _searchable(snapshot: Snapshot) -> dict[str, Document]:
    return {name: document for name, document in snapshot.documents.items() if document.searchable}
