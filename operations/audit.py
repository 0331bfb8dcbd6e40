"""Who decided what, and whether the signature under it is right: the audit trail as people read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.codec import decode
from schemas.learning import Decision
from schemas.topics import LEARNING
from stores.ports import Queries
from stores.signing import Objecting, speaker

Row = dict[str, Any]

_FACTS = ("run", "model", "previous_model", "collection", "verdict", "serving_version", "packet", "reason", "reasons")


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision: `by` whose it is, `signer` and `key_id` from the signature, `problem` what is wrong with that now
    (empty when it is right), and `facts` by name."""

    type: str
    at: datetime
    by: str
    signer: str
    key_id: str
    problem: str
    facts: Row


def entries(warehouse: Queries, signing: Objecting, tenant: str, limit: int, now: datetime) -> list[Entry]:
    """Return a tenant's newest decisions, newest first. Raises `Retryable`."""
    rows = warehouse.query("audit_newest", tenant=tenant, limit=limit)
    found = [decode(LEARNING, None, str(row["payload"]).encode(), now) for row in rows]
    return [entry(event, signing) for event in found if isinstance(event, Decision) and event.tenant == tenant]


def entry(event: Decision, signing: Objecting) -> Entry:
    """Return a decision as people read it; one whose key was revoked since is shown with that."""
    objection, signature = signing.objection(event), event.signature
    facts = {name: getattr(event, name) for name in _FACTS if getattr(event, name, None) not in (None, "", ())}
    return Entry(
        type(event).__name__,
        event.occurred_at,
        speaker(event) or "a service",
        signature.signer if signature else "",
        signature.key_id if signature else "",
        objection.reason if objection else "",
        facts,
    )
