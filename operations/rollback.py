"""Rollback: the serving record moved back to the standby, in one compare-and-set, by the operator's own process.

    the standby read (`operations.standby`) ──▶ the move signed ──▶ compare-and-set ──▶ its event kept with the record

Nothing is built and no model is loaded: the standby collection was kept fresh, and is read before anything moves. The
collection that was live becomes the standby, so rolling back once more rolls forward again. Kafka is not needed: the
event for the audit trail is kept with the record, and the indexer publishes it when Kafka answers. The Milvus alias is
a label for other readers; the indexer moves it after the record.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from operations.altered import refused_if_altered
from operations.drift_history import Happening
from schemas.ids import stable_id
from schemas.learning import RolledBack
from stores.collection_states import State
from stores.errors import Refused
from stores.serving import HIGHEST_VERSION, Serving, ServingRecord
from stores.signing import Sign
from stores.trusted import SERVICES

Check = Callable[[ServingRecord], None]
"""Raises what speaks against making the record's standby live."""


def is_rollback(record: ServingRecord) -> bool:
    """Tell whether the last move of the serving record was a rollback: by a person, and by no packet. Pure."""
    return record.packet is None and bool(record.by) and record.by not in SERVICES


def cutover_returned_to(record: ServingRecord, moves: Sequence[Happening]) -> Happening | None:
    """Return the cutover whose model a rollback brought back, None unless the last move did that.

    `moves` are those of the trail, in order; the newest, that of the record, need not be among them. Pure.
    """
    earlier = [each for each in moves if each.version < record.version]
    cutover = next((each for each in reversed(earlier) if each.kind == "cutover"), None)
    if not is_rollback(record) or cutover is None or cutover.by in SERVICES:
        return None
    return cutover if cutover.name == record.model else None


def rollback(
    serving: Serving,
    check: Check,
    sign: Sign,
    tenant: str,
    by: str,
    reason: str,
    now: datetime,
    seen: int | None = None,
) -> RolledBack:
    """Make the standby live and what is live the standby; return the event of the move (the indexer publishes it).

    `check` reads the standby and `sign` signs as the operator `by`. Raises `Refused` when there is no standby, when
    `check` does, when the operator's key does not hold, when the record is not at the version that the operator has
    `seen`, or when somebody else moves it at the same time; then nothing has moved.
    """
    record = serving.record(tenant)
    if record is None:
        raise Refused(f"the tenant '{tenant}' has nothing live yet; there is nothing to roll back")
    if seen is not None and record.version != seen:
        raise Refused("what is live was changed since this page was made; look at it again before you roll back")
    back = record.standby
    if back is None:
        raise Refused(f"the tenant '{tenant}' has no standby: nothing came before {record.model}, or its time is over")
    if record.version >= HIGHEST_VERSION:
        raise Refused(f"the serving record of '{tenant}' claims {record.version} moves; somebody altered it in Redis")
    check(record)
    version = record.version + 1
    with refused_if_altered(tenant):
        done = RolledBack(
            event_id=stable_id("RolledBack", tenant, version),
            tenant=tenant,
            occurred_at=now,
            model=back.model,
            collection=back.collection,
            previous_model=record.model,
            previous_collection=record.collection,
            serving_version=version,
            by=by,
            reason=reason,
            manifest=back.manifest,
            previous_manifest=record.manifest,
            fusion=back.fusion,
            previous_fusion=record.fusion,
        )
    states = {record.collection: (State.LIVE, State.STANDBY), back.collection: (State.STANDBY, State.LIVE)}
    if back.collection == record.collection:
        states = {}  # only how queries are answered goes back
    signed = sign(done, by)
    serving.switch(signed, states)
    return signed
