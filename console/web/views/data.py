"""Data: conservation, what could not be accepted and sending it again, training pairs, sessions, storage.

Dead letters are read as they are; what is counted over whole tables is kept for a moment (`console/web/counted.py`).
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.storage import sized
from console.web.counted import EVERY
from console.web.pages import render
from console.web.sign_in import Fields, Operator, Wiring
from console.web.tenants import Tenant
from operations import dead_letters, status, storage
from operations.connections import Connections
from operations.dead_letters import Wanted
from schemas.topics import TOPICS
from stores import configuration
from stores.errors import Refused
from stores.retention import RetentionConfig
from stores.rights import Right, lacking

router = APIRouter()

_LETTERS = 100
_SHOWN_BYTES = 4_096


@router.get("/data")
def page(request: Request, console: Wiring, tenant: Tenant) -> HTMLResponse:
    """Show it."""
    config, now = configuration.load("retention", RetentionConfig, console.where.home), console.now()
    with console.stores() as stores:
        ledger = console.counted.of("data", lambda: {"events": status.events(stores)}, now)
        own = console.counted.of(f"data {tenant}", lambda: _counts(stores, config, now, tenant), now)
        counts = dead_letters.counts(stores.warehouse, Wanted())
        letters = dead_letters.listed(stores.warehouse, Wanted(), True, _LETTERS)
    return render(
        "data.html", request, title="Data", counts=counts, letters=letters, every=EVERY.total_seconds(), **ledger, **own
    )


def _counts(stores: Connections, config: RetentionConfig, now: datetime, tenant: str) -> dict[str, Any]:
    """Return what is counted of a tenant; without one, nothing."""
    if not tenant:
        return {"pairs": [], "sessions": None, "storage": []}
    warehouse = stores.warehouse
    return {
        "pairs": warehouse.query("pairs_by_kind", tenant=tenant),
        "sessions": warehouse.query("sessions_newest", tenant=tenant)[0],
        "storage": [row | {"size": "-" if row["bytes"] is None else sized(row["bytes"])}
                    for row in storage.lines(stores, config, now, tenant)],
    }  # fmt: skip


@router.get("/data/letter")
def letter(
    request: Request, console: Wiring, tenant: Tenant, topic: str, partition: int, offset: int, topic_id: str = ""
) -> HTMLResponse:
    """Show one dead letter with its original bytes as text."""
    if not (0 <= partition < 2**32 and 0 <= offset < 2**63):
        raise Refused("there is no such partition or offset")
    with console.stores() as stores:
        found = dead_letters.one(stores.warehouse, topic, partition, offset, topic_id)
    content = found["value"][:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return render("letter.html", request, title="A dead letter", letter=found, content=content,
                  more=max(0, len(found["value"]) - _SHOWN_BYTES))  # fmt: skip


@router.post("/data/replay")
def replay(console: Wiring, session: Operator, form: Fields, tenant: Tenant) -> Response:
    """Send those letters again, of a topic and with a reason code, that would be accepted now."""
    topic, code = form.get("topic", ""), form.get("code", "")
    if Right.REPLAY not in session.may:
        raise Refused(lacking(session.operator, Right.REPLAY))
    if topic not in TOPICS:
        raise Refused("there is no such topic")
    wanted = Wanted(topic, code)
    with console.stores() as stores, stores.lease("replay"), stores.producer() as producer:
        outcome = dead_letters.replay(
            stores.warehouse, producer, wanted, console.now(), console.signing.objection, stores.where.tenants
        )
    console.counted.forget()
    again = outcome.rejected.total()
    session.note = f"{outcome.sent:,} of {topic} sent again." + (
        f" {again:,} would be rejected again and stay where they are." if again else ""
    )
    return RedirectResponse(f"/data?tenant={quote(tenant)}", 303)
