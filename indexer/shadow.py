"""The way of a shadow: a trained model's collection is built, catches up, is verified, and waits with its packet.

A model that was changed for queries alone keeps the collection that is live: nothing is built for it, and its way
begins with the proof, which is of that collection.

Every step is taken again after a crash and ends where it would have ended: the state says where to go on, `sync` does
only what is missing, and a verification that was cut short is begun anew.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from indexer.indexing.progress import Meter
from indexer.indexing.sync import Sync, Target
from indexer.proof.verify import Verifier, VerifyConfig, is_fresh, objection
from indexer.review.comparison import ComparisonRunner, Served
from indexer.review.packet import held_out
from indexer.rules import fusion, tolerated
from indexer.trust import UNPROVEN, WIN, Trust
from retrieval.identity import chunker
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.instants import is_over
from schemas.learning import CutoverRefused, ModelTrained, Proof, ShadowReady, ShadowStarted
from schemas.packet import Corpus, Packet, Side
from stores.collection_states import GROWING, State
from stores.errors import Refused, Retryable
from stores.milvus import CollectionMissing
from stores.serving import Candidate, Collection, Serving, ServingRecord

LOG = logging.getLogger(__name__)
_CLOSE_S = 2.0
"""How far behind the documents a shadow may be that has caught up, in seconds."""

_LOOK_AGAIN = timedelta(seconds=60)
"""How often the proof of a waiting shadow is asked whether it still holds."""


class Shadows:
    """Takes shadows along their way, a slice of time at once. `emit` sends an event and returns when it arrived."""

    def __init__(
        self,
        serving: Serving,
        sync: Sync,
        verifier: Verifier,
        comparison: ComparisonRunner,
        trust: Trust,
        config: VerifyConfig,
        clock: Callable[[], datetime],
        emit: Callable[[Event], None],
    ) -> None:
        self._serving = serving
        self._sync = sync
        self._verifier = verifier
        self._comparison = comparison
        self._trust = trust
        self._config = config
        self._clock = clock
        self._emit = emit
        self._meter = Meter(serving, sync.documents, clock)
        self._looked_at: dict[str, datetime] = {}

    def start(self, trained: ModelTrained) -> None:
        """Note a new shadow for a trained model; a model that was noted before changes nothing."""
        target, record = Target(trained.tenant, trained.model, trained.manifest), self._serving.record(trained.tenant)
        if trained.documents and record is None:
            raise Retryable(f"{trained.model} keeps what is live, and nothing is yet; waiting for the first collection")
        served_from = record.collection if record and trained.documents else None
        first = State.VERIFYING if trained.documents else State.BUILDING
        candidate = Candidate(run=trained.run, parent=trained.parent, comparison=trained.comparison)
        about = Collection(
            tenant=trained.tenant,
            model=trained.model,
            collection=target.collection,
            created_at=self._clock(),
            manifest=trained.manifest,
            served_from=served_from,
            candidate=candidate,
        )
        self._serving.register(about, first)
        if self._serving.states(trained.tenant)[target.collection] == first:
            counts = self._sync.documents.counts(trained.tenant, target.collection)
            self._emit(
                ShadowStarted(
                    event_id=stable_id("ShadowStarted", trained.tenant, target.collection),
                    tenant=trained.tenant,
                    occurred_at=self._clock(),
                    run=trained.run,
                    model=trained.model,
                    collection=target.collection,
                    documents=0 if served_from else counts.total,
                )
            )

    def refuse(self, refused: CutoverRefused) -> None:
        """Retire a shadow whose packet an operator refused; its rows go with the next sweep.

        A refusal of another packet than the newest one of this shadow was not meant for it and changes nothing.
        """
        about = self._serving.collection(refused.tenant, refused.collection)
        if about is None or about.packet != refused.packet:
            LOG.warning("%s: the refused packet %s is not its packet", refused.collection, refused.packet[:12])
            return
        state = State(self._serving.states(refused.tenant).get(refused.collection, State.RETIRED))
        if state in GROWING | {State.READY, State.FAILED}:
            self._note(refused.tenant, refused.collection, f"refused by {refused.by}: {refused.reason}")
            self._move(refused.tenant, refused.collection, state, State.RETIRED)

    def advance(self, record: ServingRecord, about: Collection, state: State, budget_s: float) -> bool:
        """Take one shadow on for about `budget_s` seconds; return whether there is more to do at once."""
        target = Target(about.tenant, about.model, about.manifest, about.served_from)
        try:
            if state in {State.BUILDING, State.CATCHING_UP}:
                return self._build(target, state, budget_s)
            if state is State.VERIFYING:
                return self._verify(target, about, record)
            if state is State.READY:
                return self._wait(target, about, record, budget_s)
        except CollectionMissing:
            if state is State.READY:
                self._move(about.tenant, about.collection, State.READY, State.VERIFYING)
                return True
            if about.served_from:
                return False  # what is live was lost and is filled anew first
            raise
        except Refused as error:
            LOG.warning("%s: %s", about.collection, error)
            if state in GROWING:
                self._note(about.tenant, about.collection, str(error))
                self._move(about.tenant, about.collection, state, State.FAILED)
        return False

    def _build(self, target: Target, state: State, budget_s: float) -> bool:
        """Fill the shadow with what there was when it began, then let it catch up with what changed since.

        It has caught up when everything that had arrived is in it, and bringing it there took less than `_CLOSE_S`.
        Only what it began with is made with rests: it could never catch up with changes that are faster than it is.
        """
        building, began = state is State.BUILDING, time.monotonic()
        self._sync.ensure(target)
        self._meter.begin(target)
        done = self._sync.advance(
            target, budget_s, lambda n: self._meter.add(target, n), follow=not building, rests=building
        )
        self._meter.write(target)
        if done.finished and building:
            self._move(target.tenant, target.collection, state, State.CATCHING_UP)
        elif done.finished and time.monotonic() - began < _CLOSE_S:
            self._move(target.tenant, target.collection, state, State.VERIFYING)
        return True

    def _verify(self, target: Target, about: Collection, record: ServingRecord) -> bool:
        if about.candidate is None:
            raise Refused(f"{about.collection} came from no training run and cannot replace anything")
        trained = self._trust.trail.trained(about.tenant, about.candidate.run)
        if trained is None:  # the event that began this shadow is on its way into the warehouse
            LOG.info("%s waits until the audit trail shows the win of %s", about.collection, about.candidate.run)
            return False
        if (trained.model, trained.manifest) != (about.model, about.manifest):
            raise Refused(f"the audit trail says other things of the run {trained.run} than began this shadow")
        if target.served_from:
            self._check_documents(trained, about, record)
            if self._serving.rebuilds.get(about.tenant, target.collection):
                return False  # it is proven when it is whole again
        else:
            self._sync.ensure(target)
            self._sync.seal(target.collection)
        proof, proved_at = self._verifier.verify(target)
        if reason := objection(proof, self._config):
            raise Refused(reason)
        packet = self._packet(target, about, trained, record, proof, proved_at)
        digest, version = self._serving.save_packet(packet), packet.live.serving_version
        about = about.model_copy(update={"proof": proof, "proved_at": proved_at})
        self._serving.save(about.model_copy(update={"packet": digest, "compared_with": version}))
        self._announce(packet, digest)
        self._move(about.tenant, about.collection, State.VERIFYING, State.READY)
        return False

    def _check_documents(self, trained: ModelTrained, about: Collection, record: ServingRecord) -> None:
        """Raise `Refused` unless what is live is the collection that the model keeps, of the vectors that it makes."""
        get, tenant = self._sync.encoders.get, about.tenant
        live = get(tenant, record.model, record.manifest).documents(record.manifest or "")
        own = get(tenant, about.model, about.manifest).documents(about.manifest or "")
        if record.collection != about.served_from or not live == own == trained.documents:
            raise Refused(
                f"{about.model} keeps the vectors of {about.served_from}, and {record.collection} is live; train again"
            )

    def _packet(
        self,
        target: Target,
        about: Collection,
        trained: ModelTrained,
        record: ServingRecord,
        proof: Proof,
        proved_at: datetime,
    ) -> Packet:
        self._trust.check_files(target.tenant, target.model, target.manifest or "")
        scores = self._trust.scores(trained)
        documents, fingerprint = self._sync.documents.fingerprint(target.tenant)
        return Packet(
            tenant=target.tenant,
            run=trained.run,
            model=target.model,
            manifest=target.manifest or "",
            chunker=chunker(self._sync.encoders.get(target.tenant, target.model, target.manifest).pieces),
            fusion=fusion(trained.fusion),
            weights=trained.fusion,
            parent=trained.parent,
            collection=about.collection,
            served_from=about.served_from,
            live=Side(
                model=record.model,
                collection=record.collection,
                serving_version=record.version,
                manifest=record.manifest,
                weights=record.fusion,
            ),
            run_verdict=UNPROVEN if scores.problem else WIN,
            comparison=trained.comparison,
            scores=scores,
            proof=proof,
            proved_at=proved_at,
            shadow_test=self._comparison.run(Served.live(record), Served(target, trained.fusion)),
            held_out=held_out(self._sync.documents.warehouse, target.tenant, trained.run, trained.snapshot),
            corpus=Corpus(documents=documents, fingerprint=fingerprint),
            tolerates=tolerated(self._config),
            created_at=self._clock(),
        )

    def _announce(self, packet: Packet, digest: str) -> None:
        self._emit(
            ShadowReady(
                event_id=stable_id("ShadowReady", packet.tenant, packet.collection, digest),
                tenant=packet.tenant,
                occurred_at=packet.created_at,
                run=packet.run,
                model=packet.model,
                collection=packet.collection,
                proof=packet.proof,
                packet=digest,
            )
        )

    def _wait(self, target: Target, about: Collection, record: ServingRecord, budget_s: float) -> bool:
        """Keep a ready shadow fresh, and its packet true: it goes back to verifying when either no longer holds."""
        more = not target.served_from and not self._sync.advance(target, budget_s).finished
        if about.compared_with == record.version and not self._stale(target, about):
            return more
        self._move(about.tenant, about.collection, State.READY, State.VERIFYING)
        return True

    def _stale(self, target: Target, about: Collection) -> bool:
        now = self._clock()
        if about.proof is None or about.proved_at is None:
            return True
        if not is_over(_LOOK_AGAIN, self._looked_at.get(about.collection, about.proved_at), now):
            return False
        self._looked_at[about.collection] = now
        if not self._packet_is_unaltered(about):
            return True
        changed = len(self._sync.documents.changed(target.tenant, target.collection, about.proved_at))
        return not is_fresh(about.proved_at, now, changed, about.proof.documents, self._config)

    def _packet_is_unaltered(self, about: Collection) -> bool:
        """Return whether the packet can be shown and approved: an altered one is refused to whoever reads it."""
        try:
            self._serving.packet(about.tenant, about.packet or "")
        except Refused as error:
            LOG.warning("%s: %s", about.collection, error)
            return False
        return True

    def verify_again(self, tenant: str, collection: str) -> None:
        """Send a ready shadow back to be verified: its proof or packet does not hold."""
        if self._serving.states(tenant).get(collection) == State.READY:
            self._move(tenant, collection, State.READY, State.VERIFYING)

    def _note(self, tenant: str, collection: str, text: str) -> None:
        about = self._serving.collection(tenant, collection)
        if about:
            self._serving.save(about.model_copy(update={"note": text[:2_000]}))

    def _move(self, tenant: str, collection: str, before: State, after: State) -> None:
        self._serving.set_state(tenant, collection, before, after)
        LOG.info("%s: %s -> %s", collection, before, after)
