"""A tenant's first collection: made with the base model when its first documents come, live at once.

There is nothing that it replaces, so nobody has to approve it. Should the serving record be lost while the audit trail
is there, the model that was live last is brought back instead, with a collection that fills as after any loss.
"""

import logging
from datetime import datetime

from indexer.cutover import INDEXER
from indexer.sync import Sync, Target
from indexer.trust import Trust
from schemas.ids import stable_id
from schemas.learning import CutoverDone
from stores.collection_states import State
from stores.errors import Refused
from stores.serving import Collection, Serving
from stores.shelf import BASE
from stores.vector_rows import alias_name

LOG = logging.getLogger(__name__)


def bootstrap(serving: Serving, sync: Sync, trust: Trust, tenant: str, now: datetime) -> None:
    """Make the tenant's first serving record. Raises `Refused` when somebody else just did."""
    target, version = _last_live(sync, trust, tenant)
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
    )
    serving.switch(trust.signing.as_installation(first), {target.collection: (State.BUILDING, State.LIVE)}, replaces=0)
    sync.vectors.label(alias_name(tenant), target.collection)


def _last_live(sync: Sync, trust: Trust, tenant: str) -> tuple[Target, int]:
    """Return what was live last and its serving version, by the signed audit trail; the base model, 0 if nothing."""
    base = Target(tenant, BASE, trust.shelf.manifest(tenant, BASE))
    move = trust.trail.last_move(tenant)
    if move is None:
        return base, 0
    target = Target(tenant, move.model, move.manifest)
    try:
        sync.encoders.get(tenant, target.model, target.manifest)
    except Refused as error:
        LOG.warning(
            "%s: %s was live last but cannot be had (%s); starting with the base model", tenant, move.model, error
        )
        return base, move.serving_version
    return target, move.serving_version
