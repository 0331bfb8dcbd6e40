"""The rungs of a run made, from the cheapest: what is served today, changed in one way after another.

    weights         the live model, its rankings weighed anew (clicked queries among them)     nothing is embedded
    query_map       the live model, its queries through a linear map, weighed anew             nothing is embedded
    query_encoder   the live model, how it reads queries learned, weighed anew                 nothing is embedded
    fit             the weights of the model learned, as `training.fit.rung` says              every document is

One of them becomes the candidate (`trainer.judging.ladder`). All but the last keep the live model's vectors of
documents, so they are served from the collection that is live.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.endpoint import Endpoint
from retrieval.identity import chunker
from retrieval.query_side import QuerySide, documents_of, mapped, with_query_side
from retrieval.word_pieces import WordPieces
from schemas.learning import RungTried
from trainer.context import RunContext
from trainer.data.examples import Example
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.judged_files import OF_ITS_OWN, Files, judged_files
from trainer.judging import embed_in_child, questions
from trainer.judging.corpus import Vectors
from trainer.judging.embed_in_child import Made
from trainer.judging.evaluate import CANDIDATE
from trainer.judging.ladder import FIT, QUERY_ENCODER, QUERY_MAP, WEIGHTS, chosen, in_words, no_gain
from trainer.judging.questions import Questions
from trainer.judging.validation import Validation
from trainer.learning import fit, query_map
from trainer.learning.build_job import build_job
from trainer.learning.mine import Mined
from trainer.learning.query_encoder import query_job
from trainer.learning.query_lessons import QueryLessons, query_lessons
from trainer.run_directory import RunDirectory
from trainer.run_status import RunStatus

COMPARING = "comparing the rungs on the validation queries"
LEARNING_MAP = "learning the map of queries"
LEARNING_QUERIES = "learning to read queries"
LEARNING_WEIGHTS = "learning the weights of the model"
EMBEDDING = "embedding documents and queries with the new model"
"""The stages of step `fit`, for people; each fills the bar of progress anew."""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rung made. `vectors` are of the texts of the run's questions, `make` returns the directory of its files.

    `documents` is the manifest of the model whose vectors of documents it keeps; `made` what was embedded for it. `cut`
    are the questions that `vectors` are of, where the candidate cuts documents in another way than live. `judged` are
    the files that `vectors` were made with, read before that: what is published has to be the same.
    """

    rung: str
    vectors: Vectors
    make: Callable[[], Path]
    seconds: float
    judged: Files
    documents: str | None = None
    made: Made | None = None
    cut: Questions | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The candidate, None where nothing is worth a look; what was tried; and why there is no candidate."""

    candidate: Candidate | None
    tried: tuple[RungTried, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """One run's rungs. `vectors` are live's, of the texts of `asked` and then of the lessons' anchors.

    `live` and `start` are the directories of the live model and of the one that learning begins with, `manifest` is of
    the live model.
    """

    context: RunContext
    directory: RunDirectory
    status: RunStatus
    snapshot: Snapshot
    split: Split
    asked: Questions
    lessons: Sequence[Example]
    mined: Mined
    vectors: Vectors
    live: Path
    start: Path
    manifest: str

    def climb(self) -> Chosen:
        """Make the rungs that the rules name, and choose one. Raises `Refused`, `Failed` and `Cancelled` as learning
        does.

        With too few validation queries nothing can be chosen: then only the learned model is made. The weights of a
        model that is elsewhere (`retrieval.endpoint`) cannot learn; its rankings and its queries can.
        """
        rules, least = self.context.config, self.context.config.evaluation.min_validation
        learns, same = Endpoint.of(self.start) is None, self.live == self.start
        known = {FIT: learns, QUERY_ENCODER: learns and same}
        names = [name for name in rules.ladder.rungs if known.get(name, same)]
        count = len(self.asked.validation)
        if count < max(1, least):
            few = f"only {count} validation queries; {least} are needed to choose among {', '.join(names)}"
            return Chosen(self._fit()) if FIT in names else Chosen(None, reasons=(few,))
        self.status.stage(COMPARING)
        judge = Validation(self.asked, self.vectors, self.context.fusion(self.snapshot.tenant), least)
        made = {candidate.rung: candidate for candidate in self._made(names, judge)}
        self.status.stage(COMPARING)
        tried = tuple(tried_of(candidate, judge, self.asked, self.snapshot) for candidate in made.values())
        LOG.info("%s %s: tried %s", self.snapshot.tenant, self.snapshot.run, in_words(tried))
        if best := chosen(tried, rules.gate.min_gain, rules.ladder.margin):
            return Chosen(made[best.rung], tried)
        return Chosen(None, tried, (no_gain("no rung ranks", count, judge.of_live, tried),))

    def _made(self, names: Sequence[str], judge: Validation) -> Iterator[Candidate]:
        makers: Mapping[str, Callable[[], Candidate | None]] = {
            WEIGHTS: self._weights, QUERY_MAP: lambda: self._query_map(judge), QUERY_ENCODER: self._query_encoder,
            FIT: self._fit,
        }  # fmt: skip
        for name in names:
            if (candidate := makers[name]()) is not None:
                yield candidate

    def _weights(self) -> Candidate:
        return self._kept(WEIGHTS, self.vectors[: len(self.asked.texts)], None, time.monotonic())

    def _query_map(self, judge: Validation) -> Candidate | None:
        """Return the live model with a map of its queries; None where the validation queries want none."""
        began, today = time.monotonic(), self.context.fusion(self.snapshot.tenant)
        added = self._learned_map()
        self.status.stage(COMPARING)
        best, strongest = float(judge.scores(self.vectors, today).mean()), 0.0
        for strength in query_map.STRENGTHS:
            score = float(judge.scores(self._through(_map(added, strength)), today).mean())
            if score > best:
                best, strongest = score, strength
        LOG.info("%s: %g of the map ranks the validation queries best", self.snapshot.run, strongest)
        found = _map(added, strongest)
        return self._kept(QUERY_MAP, self._through(found), found, began) if strongest else None

    def _learned_map(self) -> Vectors:
        """Learn of the vectors of lessons and of first passages."""
        taught = self._taught()
        self.status.stage(LEARNING_MAP)

        def on_step(step: int, total: int) -> None:
            self.context.check()
            self.status.progress({"step": step, "total": total})

        return query_map.learn(
            self.vectors[len(self.asked.texts) :][taught.used], taught.documents, taught.own, taught.never,
            taught.weights, self.context.config.query_map, on_step,
        )  # fmt: skip

    def _query_encoder(self) -> Candidate:
        """Learn how queries are read, against the vectors that documents have; embed only the queries again."""
        context, home, began, taught = self.context, self.directory.path, time.monotonic(), self._taught()
        self.status.stage(LEARNING_QUERIES)
        anchors = [self.lessons[n].anchor for n in taught.used]
        documents = documents_of(self.live, self.manifest)
        job = query_job(taught, anchors, self.live, documents, home, context.config.query_encoder)
        learned = fit.run(job, home, self.status.progress, context.stop, context.config.attempts)
        side = QuerySide.of(learned)
        assert side is not None  # it is what the process makes
        model = with_query_side(self.live, side, home / QUERY_ENCODER, OF_ITS_OWN)
        seconds, judged = time.monotonic() - began, judged_files(model)
        self.status.stage(EMBEDDING)
        passages = len(self.asked.corpus.texts)
        found = embed_in_child.embed(
            "queries-after", {CANDIDATE: model}, self.asked.texts[passages:], home, context.encoder,
            self.status.progress, context.stop, context.config.attempts, passages=0,
        )[CANDIDATE]  # fmt: skip
        made = np.concatenate([self.vectors[:passages], found.vectors])
        return Candidate(QUERY_ENCODER, made, lambda: model, seconds, judged, side.documents)

    def _taught(self) -> QueryLessons:
        corpus = self.asked.corpus
        return query_lessons(self.lessons, self.mined, corpus, self.vectors, self.split.held_out_documents)

    def _through(self, by: Vectors) -> Vectors:
        """Return live's vectors of the questions' texts, those of passages as they are, all others through a map."""
        passages = len(self.asked.corpus.texts)
        queries = self.vectors[passages : len(self.asked.texts)]
        return np.concatenate([self.vectors[:passages], mapped(queries, by)])

    def _kept(self, rung: str, vectors: Vectors, by: Vectors | None, began: float) -> Candidate:
        """Return a candidate that reads documents as live does; `by` is what queries go through after live's own."""
        before = QuerySide.of(self.live)
        own = before.map if before else None
        whole = by if own is None else own if by is None else np.asarray(own @ by, dtype=np.float32)
        documents = documents_of(self.live, self.manifest)
        side = QuerySide(documents, whole, before.additions if before else {})

        def make() -> Path:
            return with_query_side(self.live, side, self.directory.path / rung, OF_ITS_OWN)

        judged = judged_files(self.live, without_side=True)
        return Candidate(rung, vectors, make, time.monotonic() - began, judged, documents)

    def _fit(self) -> Candidate:
        context, began = self.context, time.monotonic()
        self.status.stage(LEARNING_WEIGHTS)
        job = build_job(
            self.start, self.directory.candidate, self.lessons, self.mined, self.split, self.snapshot,
            self.asked.corpus, context.config.fit,
        )  # fmt: skip
        weights = fit.run(job, self.directory.path, self.status.progress, context.stop, context.config.attempts)
        seconds, judged = time.monotonic() - began, judged_files(weights)
        cut = cut_by(weights, self.live, context, self.snapshot, self.split)
        made = embedded(weights, cut or self.asked, context, self.directory, self.status, self.snapshot)
        return Candidate(context.config.fit.rung, made.vectors, lambda: weights, seconds, judged, made=made, cut=cut)


def tried_of(candidate: Candidate, judge: Validation, asked: Questions, snapshot: Snapshot) -> RungTried:
    """Return what a candidate gains on the validation queries, and what it costs."""
    cut = candidate.cut or asked
    found, own = judge.gained(candidate.vectors, candidate.cut), cut.corpus.own()
    documents = sum(document.searchable for document in snapshot.documents.values())
    passages = round(len(own.texts) * documents / max(1, len(own.names)))
    again = candidate.documents is None
    return RungTried(
        rung=candidate.rung, queries=found.queries, gain=found.mean, low=found.low, high=found.high,
        seconds=round(candidate.seconds, 1), documents=documents if again else 0, passages=passages if again else 0,
    )  # fmt: skip


def cut_by(model: Path, live: Path, context: RunContext, snapshot: Snapshot, split: Split) -> Questions | None:
    """Return the questions of passages as a model's index would have them; None where they are those of live."""
    pieces = WordPieces.of(model, context.encoder)
    if chunker(pieces) == chunker(WordPieces.of(live, context.encoder)):
        return None
    return questions.build(snapshot, split, context.config, pieces)


def embedded(
    model: Path, asked: Questions, context: RunContext, directory: RunDirectory, status: RunStatus, snapshot: Snapshot
) -> Made:
    """Return a candidate's vectors of the texts of questions; none is shared before it has won."""
    status.stage(EMBEDDING)
    stored = context.stored_vectors(snapshot.tenant, asked.corpus.texts)
    return context.embed("after", {CANDIDATE: model}, asked.texts, directory, status, stored, {})[CANDIDATE]


def _map(added: Vectors, strength: float) -> Vectors:
    return np.asarray(np.eye(len(added)) + strength * added, dtype=np.float32)
