"""Rollback: the serving record moved back to the standby, in one compare-and-set, by whoever calls.

Nothing is built and no model is loaded: the standby collection was kept fresh. The collection that was live becomes the
standby, so rolling back once more rolls forward again. Only Redis is needed: the event for the audit trail is kept with
the record, and the indexer sends it when Kafka answers. The Milvus alias is a label for other readers; the indexer
moves it after the record, or this call does when it is given Milvus.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from indexer.states import State, check_move
from schemas.ids import stable_id
from schemas.learning import RolledBack
from stores.errors import Refused
from stores.serving import Serving, ServingRecord, Standby
from stores.vector_rows import alias_name

if TYPE_CHECKING:
    from stores.vectors import Vectors

STANDBY_FOR = timedelta(days=7)
"""How long what was live before is kept fresh, so that a rollback is at once and loses no document change."""


def rollback(
    serving: Serving, tenant: str, by: str, reason: str, now: datetime, vectors: "Vectors | None" = None
) -> RolledBack:
    """Make the standby live and what is live the standby; return the event that tells of it (the indexer sends it).

    Raises `Refused` when there is no standby, or when somebody else moves the record at the same time.
    """
    record = serving.record(tenant)
    if record is None:
        raise Refused(f"the tenant '{tenant}' has nothing live yet; there is nothing to roll back")
    back = record.standby
    if back is None:
        raise Refused(f"the tenant '{tenant}' has no standby: nothing came before {record.model}, or its time is over")
    if vectors is not None and not vectors.exists(back.collection):
        raise Refused(f"the standby {back.collection} is gone from Milvus; the indexer is building it anew, try later")
    check_move(record.collection, State.LIVE, State.STANDBY)
    check_move(back.collection, State.STANDBY, State.LIVE)
    moved = ServingRecord(
        tenant=tenant,
        model=back.model,
        collection=back.collection,
        version=record.version + 1,
        standby=Standby(model=record.model, collection=record.collection, until=now + STANDBY_FOR),
        packet=None,
        by=by,
        moved_at=now,
    )
    done = RolledBack(
        event_id=stable_id("RolledBack", tenant, moved.version),
        tenant=tenant,
        occurred_at=now,
        model=moved.model,
        collection=moved.collection,
        previous_model=record.model,
        previous_collection=record.collection,
        serving_version=moved.version,
        by=by,
        reason=reason,
    )
    states = {record.collection: (State.LIVE, State.STANDBY), back.collection: (State.STANDBY, State.LIVE)}
    serving.move(moved, states, event=done)
    if vectors is not None:
        vectors.label(alias_name(tenant), moved.collection)
    return done
