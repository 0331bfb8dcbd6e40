"""A tenant's serving record made: the first one, with the base model and live at once, or one that Redis lost.

A first collection replaces nothing and needs no approval. A record that was lost while the audit trail is there
is the one that its last rightly signed move left: the same model, version and standby, and no new event. What of their
collections is gone from Milvus too is filled anew as after any loss (`indexer.upkeep`). A model that cannot be had any
more does not come back; the base model takes its place then, and an event says so.
"""

import logging
from datetime import datetime

from indexer.cutover import INDEXER
from indexer.indexing.sync import Sync, Target
from indexer.trust import Trust
from schemas.fusion import EVEN
from schemas.ids import stable_id
from schemas.learning import CutoverDone
from stores.collection_states import State
from stores.errors import Refused
from stores.serving import Collection, Moved, Serving, ServingRecord
from stores.shelf import BASE
from stores.vector_rows import alias_name

LOG = logging.getLogger(__name__)


def bootstrap(serving: Serving, sync: Sync, trust: Trust, tenant: str, now: datetime) -> None:
    """Make the tenant's serving record. Raises `Refused` when somebody else just did."""
    move = trust.trail.last_move(tenant)
    if move is None:
        _begin(serving, sync, trust, tenant, 0, now)
    elif _available(sync, tenant, move):
        _restore(serving, move, now)
    else:
        _begin(serving, sync, trust, tenant, move.serving_version, now)


def _available(sync: Sync, tenant: str, move: Moved) -> bool:
    try:
        sync.encoders.get(tenant, move.model, move.manifest)
    except Refused as error:
        LOG.warning(
            "%s: %s was live last but cannot be had (%s); starting with the base model", tenant, move.model, error
        )
        return False
    return True


def _restore(serving: Serving, move: Moved, now: datetime) -> None:
    """Put the record back that this move left; a standby whose time is over stays away."""
    record = ServingRecord.after(move)
    if record.standby and record.standby.until <= now:
        record = record.model_copy(update={"standby": None})
    for side, state in ((record, State.BUILDING), (record.standby, State.STANDBY)):
        if side:
            serving.register(
                Collection(
                    tenant=move.tenant,
                    model=side.model,
                    collection=side.collection,
                    created_at=now,
                    manifest=side.manifest,
                    note="restored",
                ),
                state,
            )
    state = State(serving.states(move.tenant)[record.collection])
    serving.move(record, {} if state is State.LIVE else {record.collection: (state, State.LIVE)}, replaces=0)
    LOG.warning(
        "%s: the serving record was gone; %s is live again, as its last signed move says", move.tenant, move.model
    )


def _begin(serving: Serving, sync: Sync, trust: Trust, tenant: str, version: int, now: datetime) -> None:
    """Make the base model live in a collection of its own, as the version after this one."""
    target = Target(tenant, BASE, trust.shelf.manifest(tenant, BASE))
    sync.ensure(target)
    about = Collection(
        tenant=tenant,
        model=target.model,
        collection=target.collection,
        created_at=now,
        manifest=target.manifest,
        note="first",
    )
    if not serving.register(about, State.BUILDING):
        state = State(serving.states(tenant)[target.collection])
        if state != State.BUILDING:
            raise Refused(f"{target.collection} is {state} without a serving record; look at `tidewheel status`")
    first = CutoverDone(
        event_id=stable_id("CutoverDone", tenant, version + 1),
        tenant=tenant,
        occurred_at=now,
        model=target.model,
        collection=target.collection,
        serving_version=version + 1,
        by=INDEXER,
        manifest=target.manifest,
        fusion=EVEN,
    )
    serving.switch(trust.signing.as_installation(first), {target.collection: (State.BUILDING, State.LIVE)}, replaces=0)
    sync.vectors.label(alias_name(tenant), target.collection)
