"""Cutover: an approved, proven shadow becomes what answers searches.

    approval ──▶ its packet, unaltered, the newest of its collection ──▶ what was live then is live now
        ──▶ as many operators as the rules ask for approved it ──▶ the run won, by the same scores
        ──▶ the model's files and the rules are the same
        ──▶ the proof is fresh, and what changed since is read back ──▶ compare-and-set ──▶ alias

A model that was changed for queries alone takes over the collection that is live: the record moves, no collection does.
Every check that fails refuses, with the next step; nothing has moved then. The compare-and-set is the last word: of two
approvals at once, one moves the record and the other is refused.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from indexer.indexing.sync import Sync, Target
from indexer.proof.verify import Verifier, VerifyConfig, is_fresh
from indexer.rules import fusion
from indexer.trust import WIN, Trust
from retrieval.identity import chunker
from schemas.ids import stable_id
from schemas.instants import is_over
from schemas.learning import CutoverApproved, CutoverDone, CutoverRefused
from schemas.packet import Packet
from stores.approvals import approved_by
from stores.collection_states import State
from stores.errors import Refused, Retryable, TidewheelError
from stores.serving import HIGHEST_VERSION, Collection, Serving, ServingRecord
from stores.vector_rows import alias_name, collection_name

LOG = logging.getLogger(__name__)
_TRAIL_LAGS = timedelta(minutes=1)
"""How long after an approval the run's end may take to be seen in the warehouse."""

INDEXER = "indexer"
"""Who is named for what no person decided."""


def objection(
    approval: CutoverApproved, packet: Packet, about: Collection | None, state: str, record: ServingRecord
) -> str:
    """Return why this approval does not count, or an empty string. A pure rule."""
    if approval.collection != packet.collection or approval.tenant != packet.tenant:
        return f"the packet is about {packet.collection}, the approval about {approval.collection}; approve it again"
    if about is None or about.packet != approval.packet:
        newest = (about.packet or "none yet")[:12] if about else "none"
        return f"a newer packet replaced the approved one (now {newest}); review it with `tidewheel packet`"
    if state != State.READY:
        return f"{packet.collection} is {state or 'unknown'}, not ready; `tidewheel status` shows its progress"
    if packet.served_from not in (None, record.collection):
        return f"the model keeps {packet.served_from}, and {record.collection} is live; train again"
    if record.version >= HIGHEST_VERSION:
        return f"the serving record claims {record.version} moves; somebody altered it in Redis"
    if (record.collection, record.version) != (packet.live.collection, packet.live.serving_version):
        return (
            f"what is live changed after the review (version {record.version}, then {packet.live.serving_version}); "
            "review the new packet with `tidewheel packet`"
        )
    if packet.run_verdict != WIN or packet.comparison.low <= 0:
        why = packet.scores.problem or packet.run_verdict
        return f"the run {packet.run} did not win ({why}); train again with `tidewheel retrain`"
    if packet.proof.mismatches:
        return f"the proof has {packet.proof.mismatches} mismatches; wait for the indexer to repair and verify again"
    return ""


class Behind(Refused):
    """A shadow that did not catch up with the documents before the deadline; it may be approved again as it is."""


class Waits(Refused):
    """An approval that counts, and that is not enough by itself; nothing has moved, and nothing else is needed of who
    gave it."""


class Cutover:
    """Moves the serving record to approved shadows."""

    def __init__(
        self,
        serving: Serving,
        sync: Sync,
        verifier: Verifier,
        trust: Trust,
        config: VerifyConfig,
        clock: Callable[[], datetime],
        deadline_s: float = 5.0,
        approvals: int = 1,
        undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Take `approvals`, how many operators have to approve the same packet.

        Within `undisturbed` nothing else gets a turn: the checks against the deadline.
        """
        self._trust = trust
        self._serving = serving
        self._sync = sync
        self._verifier = verifier
        self._config = config
        self._clock = clock
        self._deadline_s = deadline_s
        self._approvals = approvals
        self._undisturbed = undisturbed

    def carry_out(self, approval: CutoverApproved) -> None:
        """Check everything, move the record, label the alias; an approval that was carried out changes nothing.

        Raises `Refused`, with the next step, when anything speaks against it; then nothing has moved.
        """
        tenant = approval.tenant
        record = self._serving.record(tenant)
        if record is None:
            raise Refused(f"the tenant '{tenant}' has nothing live yet; its first collection needs no approval")
        if (record.packet, collection_name(tenant, record.model)) == (approval.packet, approval.collection):
            return  # its event was delivered again
        packet = self._serving.packet(tenant, approval.packet)
        about = self._serving.collection(tenant, approval.collection)
        state = self._serving.states(tenant).get(approval.collection, "")
        if reason := objection(approval, packet, about, state, record):
            raise Refused(reason)
        self._check_approvals(approval)
        self._check_run(approval, packet)
        self._trust.check_files(tenant, packet.model, packet.manifest)
        self._check_rules(packet)
        with self._undisturbed():
            self._check_destination(packet)
        self._move(approval, packet, record)
        self._label(tenant, packet.served_from or packet.collection)

    def overdue(self, about: Collection) -> CutoverApproved | None:
        """Return an approval of a ready shadow's packet that waited for another one, if the trail shows enough by now.

        Each of them may have been acted on before the trail showed the other.
        """
        if self._approvals == 1 or about.packet is None:
            return None
        if len(approved_by(self._serving.outcomes(about.tenant), about.packet)) < self._approvals:
            return None
        found = self._trust.trail.approvals(about.tenant, about.packet)
        enough = len({event.by for event in found}) >= self._approvals
        return max(found, key=lambda event: (event.occurred_at, event.event_id)) if enough else None

    def _check_approvals(self, approval: CutoverApproved) -> None:
        """Raise `Waits` until enough operators approved this packet, by the audit trail."""
        if self._approvals == 1:
            return
        tenant, packet = approval.tenant, approval.packet
        approved = self._trust.trail.approvers(tenant, packet) | {approval.by}
        if len(approved) >= self._approvals:
            return
        on_the_way = {*approved_by(self._serving.outcomes(tenant), packet)} - approved
        if on_the_way and not is_over(_TRAIL_LAGS, approval.occurred_at, self._clock()):
            raise Retryable(f"the audit trail does not show the approval by {min(on_the_way)} yet")
        raise Waits(f"{len(approved)} of {self._approvals} operators approved the packet {packet[:12]}")

    def _check_rules(self, packet: Packet) -> None:
        encoder = self._sync.encoders.get(packet.tenant, packet.model, packet.manifest)
        if (packet.chunker, packet.fusion) != (chunker(encoder.pieces), fusion(packet.weights)):
            raise Refused(
                "the rules of passages or ranking changed after the review; train again with `tidewheel retrain`"
            )

    def _check_run(self, approval: CutoverApproved, packet: Packet) -> None:
        trained = self._trust.trail.trained(packet.tenant, packet.run)
        if trained is None and not is_over(_TRAIL_LAGS, approval.occurred_at, self._clock()):
            raise Retryable(
                f"the audit trail does not show the win of the run {packet.run} yet; waiting for the streams"
            )
        if trained is None or (trained.model, trained.manifest) != (packet.model, packet.manifest):
            raise Refused(
                f"the audit trail has no signed win of the run {packet.run} with this model; see that the streams run, "
                "or train again"
            )
        if bool(trained.documents) != bool(packet.served_from):
            raise Refused(f"the run {packet.run} did not win by what is served from {packet.served_from}; train again")
        if trained.fusion != packet.weights:
            raise Refused(f"the run {packet.run} did not win with the weights of this packet; review a new one")
        now = self._trust.scores(trained)
        if (now.sha256, now.problem) != (packet.scores.sha256, packet.scores.problem):
            raise Refused(f"the scores of the run {packet.run} changed after the review; train again")

    def _check_destination(self, packet: Packet) -> None:
        """Let the shadow catch up, and read back from it whatever changed since its proof, before the deadline."""
        target = Target(packet.tenant, packet.model, packet.manifest, packet.served_from)
        until = time.monotonic() + self._deadline_s
        if not packet.served_from and not self._sync.advance(target, self._deadline_s, whole=False).finished:
            raise self._behind(packet)
        changed = self._sync.documents.changed(packet.tenant, target.collection, packet.proved_at)
        if not is_fresh(packet.proved_at, self._clock(), len(changed), packet.proof.documents, self._config):
            raise Refused(
                f"the proof is of {packet.proved_at:%Y-%m-%d %H:%M} and {len(changed)} documents changed since; "
                "it is being made anew, review the new packet with `tidewheel packet`"
            )
        mismatches = 0
        for start in range(0, len(changed), self._config.page):
            mismatches += self._verifier.read(target, only=changed[start : start + self._config.page]).mismatches
            if time.monotonic() > until:
                raise self._behind(packet)
        if mismatches:
            raise Refused(
                f"{mismatches} documents changed since the proof and are not right in the shadow; "
                "it is being verified again, review the new packet with `tidewheel packet`"
            )

    def _behind(self, packet: Packet) -> Behind:
        return Behind(
            f"{packet.collection} did not catch up with the documents within {self._deadline_s:g} s; nothing "
            "has moved and it stays ready. Approve the same packet again when fewer documents change, or set the rule "
            "`indexer.cutover_s` higher"
        )

    def _move(self, approval: CutoverApproved, packet: Packet, record: ServingRecord) -> None:
        done = CutoverDone(
            event_id=stable_id("CutoverDone", approval.tenant, record.version + 1),
            tenant=approval.tenant,
            occurred_at=self._clock(),
            model=packet.model,
            collection=packet.served_from or packet.collection,
            previous_model=record.model,
            previous_collection=record.collection,
            serving_version=record.version + 1,
            packet=approval.packet,
            by=approval.by,
            manifest=packet.manifest,
            previous_manifest=record.manifest,
            fusion=packet.weights,
            previous_fusion=record.fusion,
        )
        self._serving.switch(self._trust.signing.as_installation(done), states_after(packet, record))

    def _label(self, tenant: str, collection: str) -> None:
        try:
            self._sync.vectors.label(alias_name(tenant), collection)
        except TidewheelError as error:
            LOG.warning("%s: the alias still points at what was live before, it is moved later: %s", tenant, error)


def states_after(packet: Packet, record: ServingRecord) -> dict[str, tuple[State, State]]:
    """Return which collections change their states with the cutover, and how. A pure rule.

    A model that keeps the live collection leaves it live: the name that it was decided under is over.
    """
    if packet.served_from:
        states = {packet.collection: (State.READY, State.RETIRED)}
    else:
        states = {packet.collection: (State.READY, State.LIVE), record.collection: (State.LIVE, State.STANDBY)}
    if record.standby and record.standby.collection != record.collection:
        states[record.standby.collection] = (State.STANDBY, State.RETIRED)
    return states


def refusal(approval: CutoverApproved, reason: str, now: datetime) -> CutoverRefused:
    """Return the event that says that a rule refused this approval."""
    return CutoverRefused(
        event_id=stable_id("CutoverRefused", approval.tenant, approval.event_id),
        tenant=approval.tenant,
        occurred_at=now,
        packet=approval.packet,
        collection=approval.collection,
        by=INDEXER,
        reason=reason[:4_000],
    )
