"""An operator's decisions on a shadow, and the request for a training run.

    packet that waits ──▶ approve (event) ──▶ the indexer checks and moves the record ──▶ outcome, read from Redis
                      └─▶ refuse (event)  ──▶ the indexer drops the shadow

Redis says what waits and what became of an approval; Kafka carries the decision, signed with the operator's own key.
Nothing here needs the warehouse.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import uuid4

from operations.altered import refused_if_altered
from schemas.envelope import Event
from schemas.learning import CutoverApproved, CutoverRefused, TrainingRequested
from schemas.packet import Packet
from stores.approvals import WAITS
from stores.collection_states import State
from stores.errors import Refused, Retryable
from stores.serving import DONE, Serving, ServingRecord
from stores.signing import Sign

Publish = Callable[[Event], None]
"""Sends an event to its topic and returns once the broker has it."""

COUNTS = (
    "your approval counts and nothing has moved: the rule `indexer.approvals` asks for another operator's, of the same "
    "packet"
)
_POLL_S = 0.2
_SETTLED = frozenset({State.LIVE, State.STANDBY, State.RETIRED})


class Waiting(NamedTuple):
    """A shadow that waits for a decision, and its packet's hash."""

    collection: str
    digest: str


def waiting(serving: Serving, tenant: str) -> Waiting:
    """Return what waits for a decision. Raises `Refused`, saying what is being built, when nothing does."""
    states = serving.states(tenant)
    for name, about in serving.collections(tenant).items():
        if states.get(name) == State.READY and about.packet:
            return Waiting(name, about.packet)
    building = [f"{name} is {state}" for name, state in states.items() if state not in _SETTLED]
    raise Refused(
        f"no packet of '{tenant}' waits for a decision"
        + (f" ({'; '.join(building)})" if building else "")
        + "; `tidewheel runs` shows what the trainer did"
    )


def waiting_packet(serving: Serving, tenant: str) -> Packet:
    """Return the packet that waits for a decision. Raises `Refused` when none does, or it was altered."""
    return serving.packet(tenant, waiting(serving, tenant).digest)


def whole_digest(serving: Serving, tenant: str, prefix: str) -> str:
    """Return the hash that begins so: of the packet that waits, or of the one by which the live model came.

    A beginning that is neither's is returned as it is. Raises `Refused`, listing both, when it is both's.
    """
    record, states = serving.record(tenant), serving.states(tenant)
    known = {about.packet for name, about in serving.collections(tenant).items() if states.get(name) == State.READY}
    known |= {record.packet} if record is not None else set()
    fitting = sorted(digest for digest in known if digest and digest.startswith(prefix))
    if len(fitting) > 1:
        raise Refused(f"{prefix} begins the hash of {len(fitting)} packets: {', '.join(fitting)}; give more of it")
    return fitting[0] if fitting else prefix


def already_live(serving: Serving, tenant: str, digest: str) -> ServingRecord | None:
    """Return the record that went live by the packet with this hash, None when another, or none, did."""
    record = serving.record(tenant)
    return record if record is not None and record.packet == digest else None


def approve(
    serving: Serving, publish: Publish, sign: Sign, tenant: str, digest: str, by: str, now: datetime, event_id: str = ""
) -> CutoverApproved:
    """Send the approval of the packet that waits, and return it; `event_id` is a new one unless given.

    `sign` signs it as the operator `by`. Raises `Refused` when another packet, or none, is waiting, or the operator's
    key does not hold, `Retryable` when the broker does not answer.
    """
    with refused_if_altered(tenant):
        approval = CutoverApproved(
            event_id=event_id or uuid4().hex,
            tenant=tenant,
            occurred_at=now,
            packet=digest,
            collection=_reviewed(serving, tenant, digest),
            by=by,
        )
    publish(signed := sign(approval, by))
    return signed


def wait_for_cutover(serving: Serving, approval: CutoverApproved, within_s: float) -> ServingRecord:
    """Wait until the approval is carried out, and return the record that answers searches then.

    Raises `Refused` with the indexer's reason when it was refused, `Retryable` when `within_s` seconds were not enough,
    or the approval counts and another operator's is needed, too.
    """
    until = time.monotonic() + within_s
    while True:
        outcome = serving.outcome(approval.tenant, approval.event_id)  # before the record, which moves first
        record = serving.record(approval.tenant)
        if record and (record.packet == approval.packet or outcome == DONE):
            return record
        if outcome is not None and outcome.startswith(WAITS):
            raise Retryable(COUNTS)
        if outcome is not None:
            raise Refused(f"the cutover was refused: {outcome}")
        if time.monotonic() >= until:
            raise Retryable(
                f"{approval.collection} is approved but not live after {within_s:.0f} s; is the indexer up? "
                "`tidewheel status`"
            )
        time.sleep(_POLL_S)


def refuse(
    serving: Serving, publish: Publish, sign: Sign, tenant: str, digest: str, by: str, reason: str, now: datetime
) -> CutoverRefused:
    """Send the refusal of the packet that waits, and return it; the indexer drops its shadow. Raises as `approve`."""
    with refused_if_altered(tenant):
        refusal = CutoverRefused(
            event_id=uuid4().hex,
            tenant=tenant,
            occurred_at=now,
            packet=digest,
            collection=_reviewed(serving, tenant, digest),
            by=by,
            reason=reason,
        )
    publish(signed := sign(refusal, by))
    return signed


def request_training(
    publish: Publish,
    sign: Sign,
    tenant: str,
    by: str,
    reason: str,
    start_from: Literal["live", "base"],
    now: datetime,
    adopt: tuple[str, str] | None = None,
) -> TrainingRequested:
    """Send the request for a training run, and return it with the run's new name.

    `adopt` is the name and the hash of the files of an offered model: it is judged, and nothing is learned.
    """
    model, manifest = adopt or (None, None)
    request = TrainingRequested(
        event_id=uuid4().hex,
        tenant=tenant,
        occurred_at=now,
        run=f"run-{now:%Y%m%d%H%M%S}-{uuid4().hex[:4]}",
        requested_by=by,
        reason=reason,
        start_from=start_from,
        adopt=model,
        manifest=manifest,
    )
    publish(signed := sign(request, by))
    return signed


def _reviewed(serving: Serving, tenant: str, digest: str) -> str:
    """Return the collection whose waiting packet has this hash. Raises `Refused` when another, or none, is waiting."""
    current = waiting(serving, tenant)
    if current.digest != digest:
        raise Refused(f"the packet that waits is {current.digest}, not {digest}; review it with `tidewheel packet`")
    return current.collection
