"""A tenant's first collection: made with the base model when its first documents come, live at once.

There is nothing that it replaces, so nobody has to approve it. Should the serving record be lost while the audit trail
is there, the model that was live last is brought back instead, with a collection that fills as after any loss.
"""

import logging
from datetime import datetime

from indexer.cutover import INDEXER
from indexer.sync import Sync, Target
from schemas.ids import stable_id
from schemas.learning import CutoverDone
from stores.collection_states import State
from stores.errors import Refused
from stores.serving import Collection, Serving
from stores.shelf import BASE
from stores.vector_rows import alias_name

LOG = logging.getLogger(__name__)


def bootstrap(serving: Serving, sync: Sync, tenant: str, now: datetime) -> None:
    """Make the tenant's first serving record. Raises `Refused` when somebody else just did."""
    model, version = _last_live(sync, tenant)
    target = Target(tenant, model)
    sync.ensure(target)
    about = Collection(tenant=tenant, model=model, collection=target.collection, created_at=now, note="first")
    if not serving.register(about, State.BUILDING):
        state = State(serving.states(tenant)[target.collection])
        if state != State.BUILDING:
            raise Refused(f"{target.collection} is {state} without a serving record; look at `tidewheel status`")
    first = CutoverDone(
        event_id=stable_id("CutoverDone", tenant, version + 1),
        tenant=tenant,
        occurred_at=now,
        model=model,
        collection=target.collection,
        serving_version=version + 1,
        by=INDEXER,
    )
    serving.switch(first, {target.collection: (State.BUILDING, State.LIVE)}, replaces=0)
    sync.vectors.label(alias_name(tenant), target.collection)


def _last_live(sync: Sync, tenant: str) -> tuple[str, int]:
    """Return the model that was live last and its serving version, by the audit trail; the base model, 0 if none."""
    rows = sync.documents.warehouse.query("index_last_live", tenant=tenant)
    if not rows:
        return BASE, 0
    model, version = str(rows[0]["model"]), int(rows[0]["version"])
    try:
        sync.encoders.get(tenant, model)
    except Refused as error:
        LOG.warning("%s: %s was live last but cannot be had (%s); starting with the base model", tenant, model, error)
        return BASE, version
    return model, version
