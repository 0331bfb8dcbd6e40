"""The trainer's story: a request becomes a better encoder on the shelf, or a reasoned refusal.

    request ▸ lease ▸ snapshot ▸ split ▸ mine ▸ fit: rungs tried, one chosen ▸ evaluate ▸ gate ▸ publish

A request to adopt a model learns nothing: the offered model is the candidate (`trainer.adoption`).

One run per tenant at a time. Whatever is killed wherever: the request comes again, finished steps are taken up from the
run's directory, and the same run ends in the same event. A run that has its verdict is never run again. An operator may
stop one until its model is published (`trainer.stopping`).
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from retrieval.word_pieces import WordPieces
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from schemas.opinion import Opinion
from stores import lease
from stores.errors import Refused, Retryable
from stores.shelf import BASE as BASE_MODEL
from trainer import publish, room, stopping
from trainer.adoption import Adoption
from trainer.context import RunContext
from trainer.data import snapshot
from trainer.data.snapshot import Snapshot
from trainer.division import Division
from trainer.judging import gate, questions, report
from trainer.judging.evaluate import BASE, CANDIDATE, LIVE, Evaluation, evaluate
from trainer.judging.opinion import opinion
from trainer.ladder import Ladder
from trainer.learning import lessons
from trainer.learning.child import Cancelled
from trainer.publish import RunOutcome
from trainer.run_directory import RunDirectory
from trainer.run_status import RunStatus
from trainer.stopping import Halt, Hears
from trainer.synthetic.making import Synthetic, synthetic

LOG = logging.getLogger(__name__)
FULL = "waiting for room: the disk is full; make room, and the run goes on by itself"


class Trainer:
    """Answers requests; `emit` returns once an event is safe, `stops` hears what operators stopped."""

    def __init__(self, context: RunContext, emit: Callable[[Event], None], stops: Hears) -> None:
        self._context, self._emit, self._stops = context, emit, stops

    def handle(self, request: TrainingRequested) -> None:
        """Answer a request once. Raises `Retryable` and `Cancelled`: when the same request comes again it goes on."""
        context = self._context
        if context.warehouse.query("training_verdict", tenant=request.tenant, run=request.run):
            return
        directory = RunDirectory(context.home, request.tenant, request.run)
        name = f"training:{request.tenant}"
        with lease.held(context.redis, name, context.config.lease_s) as held, directory.alone():
            status = context.status(request)
            past = publish.past_outcome(context.shelf, directory, request, context.signing)
            event = past or context.signing.as_installation(self._answer(request, directory, status, held))
            directory.keep_event(event.model_dump_json())
            held.check()
            self._emit(event)
            status.end(event)
            directory.clear()

    def _answer(
        self, request: TrainingRequested, directory: RunDirectory, status: RunStatus, held: lease.Lease
    ) -> RunOutcome:
        context = self._context
        with stopping.watched(self._stops, request, context.stop, lambda: held.lost) as halt:
            try:
                return self._run(request, directory, status, held, halt)
            except Cancelled:
                if halt.by is None:
                    if held.lost:
                        held.check()
                    raise
                return stopping.end(request, halt.by, context.warehouse, context.clock())
            except Retryable:
                raise
            except Exception as error:  # whatever goes wrong, the operator who waits for this run gets an answer
                LOG.exception("%s %s failed", request.tenant, request.run)
                held.check()
                if room.is_full(error, directory.path):
                    status.stage(FULL)
                    raise Retryable(f"{FULL}: {directory.path}: {error}") from error
                return publish.refused(request, "ERROR", (f"{type(error).__name__}: {error}",), context.clock())

    def _run(
        self, request: TrainingRequested, directory: RunDirectory, status: RunStatus, held: lease.Lease, halt: Halt
    ) -> RunOutcome:
        context, config = replace(self._context, stop=halt), self._context.config
        context.check()
        if not directory.begun_by(config.model_dump_json()):
            raise Refused("the rules of training were changed while this run was under way; ask for a new run")
        status.begin("snapshot")
        taken = context.snapshot(request, directory.snapshot)
        examples = snapshot.examples_of(taken, config.cleaning)
        manifest = snapshot.manifest(taken, examples, config.cleaning)
        start = BASE if request.start_from == "base" else LIVE
        known: dict[str, Any] = {"parent": BASE_MODEL if start == BASE else taken.parent, "snapshot": manifest.id}

        context.check()
        status.begin("split", f"{len(examples.kept)} examples out of {len(taken.rows)} signals")
        divided = Division.of(context, taken, manifest, examples.kept)
        sides = divided.split
        learning = request.adopt is None
        rows = snapshot.lineage(taken, manifest.id, examples.kept, *divided.lineage(learning))
        held.check()
        made = len(examples.kept)
        publish.record_snapshot(context.warehouse, context.manifests, taken, manifest, rows, directory.path, made)
        if reasons := divided.too_little(learning):
            return publish.refused(request, "INCONCLUSIVE", reasons, context.clock(), **known)
        named = {LIVE: taken.parent, BASE: BASE_MODEL}
        models = {name: context.shelf.fetch(taken.tenant, m) for name, m in named.items()}
        manifests = {name: context.shelf.manifest(taken.tenant, m) for name, m in named.items()}
        room.wait_for_room(context, taken, models[start], learning, directory, status)
        added = _synthetic(context, divided, directory, status) if learning else Synthetic()
        held.check()
        divided.remember(directory, learning, added.examples)

        pieces = WordPieces.of(models[LIVE], context.encoder)
        asked = questions.build(taken, sides, config, pieces)
        chosen = lessons.choose(sides.train, divided.copies, config.fit) if learning else []
        chosen = lessons.followed_by(chosen, added.examples, config.fit)
        context.check()
        status.begin("encode", f"{len(asked.corpus.own().names)} documents, {len(asked.queries)} held-out queries")
        status.stage("embedding documents and queries with the live model and the base model")
        texts = [*asked.texts, *(lesson.anchor for lesson in chosen)]
        stored = context.stored_vectors(taken.tenant, asked.corpus.texts)
        before = context.embed("before", models, texts, directory, status, stored, manifests)
        vectors = {name: made.vectors for name, made in before.items()}

        divided.check(chosen, asked.queries)
        if learning:
            status.begin("mine", f"{len(chosen)} examples")
            mined = lessons.hard_negatives(
                chosen, vectors[LIVE], asked, taken, examples, sides, divided.copies, config.mining
            )
            context.check()
            status.begin("fit")
            climbed = Ladder(
                context, directory, status, taken, sides, asked, chosen, mined, vectors[LIVE], models[LIVE],
                models[start], manifests[LIVE],
            ).climb()  # fmt: skip
        else:
            status.begin("fit", f"{request.adopt} is offered, nothing is learned")
            offered = Adoption(
                context, directory, status, taken, sides, asked, vectors[LIVE], models[LIVE], manifests[LIVE]
            )
            climbed = offered.candidate(request)
        if (candidate := climbed.candidate) is None:
            reasons = (*climbed.reasons, added.said) if added.said else climbed.reasons
            return publish.refused(request, "INCONCLUSIVE", reasons, context.clock(), **known)

        context.check()
        status.begin("evaluate", f"rung {candidate.rung}")
        vectors |= {CANDIDATE: candidate.vectors}
        divided.check(chosen, asked.queries)
        least = config.evaluation.min_validation
        found = evaluate(asked, vectors, context.fusion(taken.tenant), least, candidate.cut)
        held.check()
        scores = publish.record_scores(context.warehouse, found, request, manifest.id)

        status.begin("gate")
        judged = found.judged_change(config.gate)
        verdict = gate.judge(found.scores(), found.behaviours, config.gate, divided.look(), judged)
        outcome = publish.comparison(found, verdict, judged)
        seen = context.narrowed(taken)
        said = _opinion(context, found, seen)
        outcome = outcome.model_copy(
            update={
                "rung": candidate.rung, "rungs": climbed.tried or None, "synthetic": added.said or None, "opinion": said
            }
        )  # fmt: skip
        report.write(directory.report, found, verdict, seen.documents, config)
        report.write_asides(directory.report, added.figures(seen.documents) if added.said else None, said)

        status.begin("publish", "; ".join(verdict.reasons))
        held.check()
        if verdict.verdict == "WIN" and context.live(taken.tenant) != taken.parent:
            verdict = gate.void(verdict, f"'{taken.parent}' is not live any more")
        if verdict.verdict == "WIN" and halt.by is not None:
            return publish.refused(
                request, stopping.STOPPED, (stopping.in_words(halt.by),), context.clock(), **known, comparison=outcome
            )
        if verdict.verdict != "WIN":
            known |= {"comparison": outcome}
            if learning:
                publish.keep_refused(context.offers, request, candidate.make, verdict.verdict, context.clock())
            return publish.refused(request, verdict.verdict, verdict.reasons, context.clock(), **known)
        known |= {"evaluation": scores, "documents": candidate.documents}
        event = publish.trained(request, known, outcome, verdict, context.clock())
        sign = context.signing.as_installation
        weights = candidate.make()
        event = publish.put(context.shelf, weights, directory.report, manifest, event, sign, candidate.judged)
        if candidate.made:
            stored = context.stored_vectors(taken.tenant, (candidate.cut or asked).corpus.texts)
            stored.keep(weights, event.manifest or "", candidate.made)
        return event


def _synthetic(context: RunContext, divided: Division, directory: RunDirectory, status: RunStatus) -> Synthetic:
    """Return the queries that are made of documents: those with which the run began, or new ones."""
    if directory.synthetic.is_file():
        return Synthetic.load(directory.synthetic)
    taken, rules = context.narrowed(divided.snapshot), context.config.synthetic
    chat = partial(context.chat, taken.tenant, rules.max_calls, rules.budget_tokens)
    found = synthetic(
        taken, divided.split, divided.copies, divided.hold_out, context.config.split.query_similarity, rules,
        context.config.cleaning, chat, status.progress,
    )  # fmt: skip
    found.save(directory.synthetic)
    if found.said:
        LOG.info("%s %s: %s", taken.tenant, taken.run, found.said)
    return found


def _opinion(context: RunContext, found: Evaluation, taken: Snapshot) -> Opinion | None:
    """Return what a language model says of the rankings, where the rules want to hear it; it decides nothing.

    By now the hold-out was looked at: who stops the run stops the asking alone, so that the look stays on record.
    """
    config = context.config
    chat = partial(context.chat, taken.tenant, config.judge.max_calls, config.judge.budget_tokens)
    try:
        return opinion(found, taken.documents, config.judge, chat, config.chat.model)
    except Cancelled:
        return None
