"""The audit trail, read from the warehouse and believed only where its signatures are right.

Rows of `learning` were verified when they were stored. Whoever acts on one verifies it once more here, because a row
can also be written by whoever has ClickHouse's password.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from schemas.codec import decode
from schemas.fusion import EVEN
from schemas.learning import (
    CutoverApproved,
    CutoverDone,
    CutoverRefused,
    Decision,
    ModelRefused,
    ModelTrained,
    RolledBack,
)
from schemas.topics import LEARNING
from stores.drift_decisions import DriftDecisions, decided
from stores.evaluation import Evaluation, evaluation
from stores.serving import HIGHEST_VERSION, Moved, ServingRecord
from stores.signing import Objecting
from stores.trusted import SERVICES
from stores.vector_rows import collection_name
from stores.warehouse import Warehouse

LAG = timedelta(minutes=1)
"""How long the event of a move may take until the warehouse shows it."""

_ANY_TIME = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""An event's date was judged when it came; the clock may have been set back since."""


class Trail:
    """One tenant's decisions at a time. Every answer costs one query."""

    def __init__(self, warehouse: Warehouse, signing: Objecting) -> None:
        self._warehouse = warehouse
        self._signing = signing

    def last_move(self, tenant: str) -> Moved | None:
        """Return the event of the last move of the serving record, or None when nothing was ever live."""
        rows = self._warehouse.query("trail_moves", tenant=tenant)
        return last(event for event in self._verified(rows, tenant) if isinstance(event, CutoverDone | RolledBack))

    def trained(self, tenant: str, run: str) -> ModelTrained | None:
        """Return the event of the run's win, or None when there is none (yet)."""
        rows = self._warehouse.query("trail_trained", tenant=tenant, run=run)
        found = [event for event in self._verified(rows, tenant) if isinstance(event, ModelTrained)]
        return found[0] if found and found[0].run == run else None

    def ends(self, tenant: str) -> list[ModelTrained | ModelRefused]:
        """Return how the tenant's runs ended, oldest first."""
        rows = self._warehouse.query("trail_ends", tenant=tenant)
        return [event for event in self._verified(rows, tenant) if isinstance(event, ModelTrained | ModelRefused)]

    def undecided(self, tenant: str) -> ModelTrained | None:
        """Return the newest win that nobody decided on: its model was never live, and no operator refused it."""
        return undecided(self._verified(self._warehouse.query("trail_wins", tenant=tenant), tenant))

    def approvers(self, tenant: str, packet: str) -> frozenset[str]:
        """Return the operators who approved the packet with this hash, and whose keys hold."""
        return frozenset(event.by for event in self.approvals(tenant, packet))

    def approvals(self, tenant: str, packet: str) -> list[CutoverApproved]:
        """Return the approvals of the packet with this hash by operators whose keys hold."""
        events = self._verified(self._warehouse.query("trail_approvals", tenant=tenant), tenant)
        return [event for event in events if isinstance(event, CutoverApproved) and event.packet == packet]

    def drift_decisions(self, tenant: str) -> DriftDecisions:
        """Return what operators decided about the tenant's drift."""
        return decided(self._verified(self._warehouse.query("trail_drift", tenant=tenant), tenant))

    def evaluation(self, tenant: str, run: str, snapshot: str) -> Evaluation:
        """Return what the scores of the run's held-out queries say, by the try whose snapshot its end names.

        What another try of the run wrote, which began elsewhere and has another snapshot, is passed over.
        """
        return evaluation(self._warehouse.query("trail_evaluation", tenant=tenant, run=run, snapshot=snapshot))

    def _verified(self, rows: Iterable[dict[str, object]], tenant: str) -> list[Decision]:
        found = []
        for row in rows:
            event = decode(LEARNING, None, str(row["payload"]).encode(), _ANY_TIME)
            if isinstance(event, Decision) and event.tenant == tenant and self._signing.objection(event) is None:
                found.append(event)
        return found


def last(moves: Iterable[Moved]) -> Moved | None:
    """Return the move that the others came before. A pure rule.

    A rollback goes to what was live before it, so one to a collection that no cutover named is none.
    """
    kept = [move for move in moves if move.serving_version < HIGHEST_VERSION]
    been_live = {(move.model, move.collection) for move in kept if isinstance(move, CutoverDone)}
    real = [move for move in kept if (move.model, move.collection) in been_live]
    return max(real, key=lambda move: (move.serving_version, move.occurred_at), default=None)


def undecided(events: Iterable[Decision]) -> ModelTrained | None:
    """Return the newest win since the last move that no operator refused. A pure rule."""
    events = list(events)
    moved = max((e.occurred_at for e in events if isinstance(e, CutoverDone | RolledBack)), default=None)
    refused = {e.collection for e in events if isinstance(e, CutoverRefused) and e.by not in SERVICES}
    waiting = [
        e
        for e in events
        if isinstance(e, ModelTrained)
        and (moved is None or e.occurred_at > moved)
        and collection_name(e.tenant, e.model) not in refused
    ]
    return max(waiting, key=lambda event: event.occurred_at, default=None)


def difference(record: ServingRecord | None, move: Moved | None, now: datetime) -> str:
    """Return in what the serving record contradicts the last signed move, or an empty string. A pure rule.

    A retired standby makes a new version of the record without a move, and the event of a new move takes its time.
    """
    if record is None:
        return ""
    under_way = -LAG < now - record.moved_at < LAG
    if under_way and record.version > (move.serving_version if move else 0):
        return ""
    if move is None:
        return f"{record.model} is live, and no signed event says so"
    if record.version < move.serving_version:
        return f"the record is at version {record.version}, the last signed move made version {move.serving_version}"
    if (record.model, record.collection) != (move.model, move.collection):
        return f"{record.collection} is live, the last signed move was to {move.collection} (by {move.by})"
    if move.manifest is not None and record.manifest != move.manifest:
        return f"the record names other files of {record.model} than the last signed move"
    if record.fusion != (move.fusion or EVEN):
        return f"the record weighs the rankings of {record.model} otherwise than the last signed move"
    return ""
