"""The trainer's story: a request becomes a better encoder on the shelf, or a reasoned refusal.

    request ▸ lease ▸ snapshot ▸ split ▸ mine ▸ fit ▸ evaluate ▸ gate ▸ publish

One run per tenant at a time. Whatever is killed wherever: the request comes again, finished steps are taken up from the
run's directory, and the same run ends in the same event. A run that has its verdict is never run again.
"""

import logging
from collections.abc import Callable

from schemas.envelope import Event
from schemas.learning import ModelRefused, ModelTrained, TrainingRequested
from stores import lease
from stores.errors import Retryable
from stores.shelf import BASE as BASE_MODEL
from trainer import publish, steps
from trainer.context import Parts
from trainer.data import snapshot
from trainer.data.split import split
from trainer.judging import gate
from trainer.judging.evaluate import BASE, CANDIDATE, LIVE
from trainer.learning import fit
from trainer.learning.child import Cancelled
from trainer.run_directory import Desk

LOG = logging.getLogger(__name__)
Verdict = ModelTrained | ModelRefused


class Trainer:
    """Answers requests, with parts that are given; `emit` returns once an event is safe."""

    def __init__(self, parts: Parts, emit: Callable[[Event], None]) -> None:
        self._parts, self._emit = parts, emit

    def handle(self, request: TrainingRequested) -> None:
        """Answer a request once. Raises `Retryable` and `Cancelled`: when the same request comes again it goes on."""
        parts = self._parts
        if parts.warehouse.query("training_verdict", tenant=request.tenant, run=request.run):
            return
        with lease.held(parts.redis, f"training:{request.tenant}", parts.config.lease_s) as held:
            desk = parts.desk(request)
            event = publish.said_before(parts.shelf, desk, request) or self._answer(request, desk, held)
            desk.remember(event.model_dump_json())
            held.check()
            self._emit(event)
            desk.end(event)

    def _answer(self, request: TrainingRequested, desk: Desk, held: lease.Lease) -> Verdict:
        try:
            return self._run(request, desk, held)
        except (Retryable, Cancelled):
            raise
        except Exception as error:  # whatever goes wrong, the operator who waits for this run is told
            LOG.exception("%s %s failed", request.tenant, request.run)
            held.check()
            return publish.refused(request, "ERROR", (f"{type(error).__name__}: {error}",), self._parts.clock())

    def _run(self, request: TrainingRequested, desk: Desk, held: lease.Lease) -> Verdict:
        parts, config, work = self._parts, self._parts.config, desk.directory

        desk.begin("snapshot")
        taken = parts.snapshot(request, desk)
        examples = snapshot.examples_of(taken, config.cleaning)
        manifest = snapshot.manifest(taken, examples, config.cleaning)
        start = BASE if request.start_from == "base" else LIVE
        known = {"parent": BASE_MODEL if start == BASE else taken.parent, "snapshot": manifest.id}

        desk.begin("split", f"{len(examples.kept)} examples out of {len(taken.rows)} signals")
        sides = split(examples.kept, taken.documents, config.split)
        rows = snapshot.lineage(taken, manifest.id, examples.kept, sides.sides)
        publish.record_snapshot(parts.warehouse, parts.manifests, taken, manifest, rows, work)
        if reasons := config.too_little(len(sides.train), len(sides.test)):
            return publish.refused(request, "INCONCLUSIVE", reasons, parts.clock(), **known)

        asked = steps.task(taken, sides, config)
        desk.begin("encode", f"{len(asked.corpus.names)} documents, {len(asked.queries)} held-out queries")
        models = {
            LIVE: parts.shelf.fetch(taken.tenant, taken.parent),
            BASE: parts.shelf.fetch(taken.tenant, BASE_MODEL),
        }
        before = steps.embed("before", models, asked.learned, desk, parts)

        desk.begin("mine", f"{len(asked.lessons)} examples")
        mined = steps.lessons(taken, examples, sides, asked, before[LIVE], config)

        desk.begin("fit")
        job = steps.fit_job(models[start], work / "candidate", taken, sides, asked, mined, config)
        weights = fit.run(job, work, desk.progress, parts.stop, config.attempts)

        desk.begin("evaluate")
        after = steps.embed("after", {CANDIDATE: weights}, asked.judged, desk, parts)
        found = steps.judged(taken, asked, before, after)
        publish.record_scores(parts.warehouse, found, request)

        desk.begin("gate")
        verdict = gate.judge(found.scores(), found.behaviours, config.gate)
        outcome = publish.comparison(found, verdict)
        publish.write_report(work / "report", found, verdict, taken.documents, config)

        desk.begin("publish", "; ".join(verdict.reasons))
        held.check()
        if verdict.verdict != "WIN":
            return publish.refused(
                request, verdict.verdict, verdict.reasons, parts.clock(), **known, comparison=outcome
            )
        if parts.live(taken.tenant) != taken.parent:
            reason = f"'{taken.parent}' is not live any more, so the comparison with it is void; train again"
            return publish.refused(request, "INCONCLUSIVE", (reason,), parts.clock(), **known, comparison=outcome)
        event = publish.trained(request, known, outcome, verdict, parts.clock())
        publish.put(parts.shelf, weights, work / "report", manifest, event)
        return event
