"""Cutover: what a new model would change, the decision on it, and the way back.

Every decision is a form, signed with the key of the session, and answered with the page anew, so that loading it again
repeats nothing. Deciding needs neither scripts nor the warehouse.
"""

import re
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import packet_words
from console.web.comparing import worst_first
from console.web.deciding import reason_of, signer
from console.web.forms import Form
from console.web.live import mark
from console.web.nothing_waits import Reason, reason
from console.web.pages import render
from console.web.sign_in import Fields, Operator, Wiring
from console.web.tenants import Tenant
from console.web.wiring import Console
from operations import analysis, decisions, review, since_cutover, standby
from operations.connections import Connections
from operations.rollback import cutover_returned_to, is_rollback
from operations.rollback import rollback as roll_back
from operations.tenants import NOTHING_SENT
from retrieval.fusion import in_words
from schemas.learning import CutoverApproved
from schemas.packet import Packet
from stores import training_status
from stores.approvals import WAITS, approved_by
from stores.collection_states import State
from stores.errors import Refused, Retryable
from stores.serving import DONE, ServingRecord

router = APIRouter()

_REFRESH_S = 10


@router.get("/cutover")
def page(request: Request, console: Wiring, session: Operator, tenant: Tenant) -> HTMLResponse:
    """Show what waits, what is live, and what was decided last."""
    if not tenant:
        return render("cutover.html", request, title="Cutover", **_nothing())
    with console.stores() as stores:
        moved = mark(stores.serving, tenant)
        packet, digest, left_out, why_not = _packet(stores, tenant)
        building, live = _building(stores, tenant), stores.serving.record(tenant)
        why_not = why_not or (None if packet else _nothing_waits(stores, tenant, building, live))
        since = console.watching.of(stores, tenant, live, console.now())
        context = {
            "packet": packet, "digest": digest, "left_out": left_out, "why_not": why_not, "building": building,
            "live": live, "since": since, "since_words": since_cutover.in_words(since),
            "moved": _moved(console, stores, tenant, live),
            "advice": since_cutover.advice(since, live, console.now()),
            "pending": _pending(stores, session, tenant),
            "approved_by": _approved_by(console, stores, tenant, digest),
            "found": _found(packet) if packet else None,
            "groups": worst_first(packet) if packet else [], "gate": packet.comparison if packet else None,
            "weights": in_words(packet.weights) if packet else "",
            "live_weights": in_words(packet.live.weights) if packet else "",
        }  # fmt: skip
    goes_on = building or (why_not is not None and why_not.goes_on)
    refresh = _REFRESH_S if context["pending"] or (goes_on and not packet) else 0  # not while one is reviewed
    return render("cutover.html", request, title="Cutover", mark=moved, refresh_s=refresh, **context)


@router.post("/cutover/approve")
def approve(console: Wiring, session: Operator, form: Fields, tenant: Tenant) -> Response:
    """Let in exactly the packet whose hash the page showed."""
    digest = form.get("packet", "")
    with console.stores() as stores:
        if live := decisions.already_live(stores.serving, tenant, digest):
            session.note = f"Already live: {live.model}, approved by {live.by}."
            return _back(tenant)
        sign = signer(console, session)
        approval = decisions.approve(
            stores.serving, stores.publish, sign, tenant, digest, session.operator, console.now()
        )
        session.approvals[tenant] = approval
        try:
            record = decisions.wait_for_cutover(stores.serving, approval, console.wait_s)
            session.note = f"Live: {record.model} in {record.collection} (version {record.version})."
            session.approvals.pop(tenant, None)
        except (Retryable, Refused):
            session.note = "Your approval was sent, signed by you."  # the page says what comes of it
    return _back(tenant)


@router.post("/cutover/refuse")
def refuse(console: Wiring, session: Operator, form: Fields, tenant: Tenant) -> Response:
    """Refuse the packet whose hash the page showed; its shadow is dropped."""
    reason = reason_of(form.get("reason", ""))
    with console.stores() as stores:
        refusal = decisions.refuse(
            stores.serving, stores.publish, signer(console, session), tenant, form.get("packet", ""),
            session.operator, reason, console.now(),
        )  # fmt: skip
    session.note = f"Refused. {refusal.collection} will be dropped."
    return _back(tenant)


@router.post("/cutover/rollback")
def rollback(console: Wiring, session: Operator, form: Fields, tenant: Tenant) -> Response:
    """Make the standby live again, if what was live is still what the page showed."""
    reason = reason_of(form.get("reason", ""))
    with console.stores() as stores:
        check, sign, seen = partial(_check, stores), signer(console, session), _version(form)
        done = roll_back(stores.serving, check, sign, tenant, session.operator, reason, console.now(), seen)
    session.note = (
        f"Live: {done.model} in {done.collection} (version {done.serving_version}), in place of {done.previous_model}."
    )
    return _back(tenant)


def _moved(console: Console, stores: Connections, tenant: str, live: ServingRecord | None) -> str:
    """Return how what is live came back, if it did; only the trail knows whether a rollback was of a rollback."""
    if live is None or not is_rollback(live):
        return ""
    try:
        returned = cutover_returned_to(live, since_cutover.moves(stores.warehouse, tenant, console.now()))
    except Retryable:
        return "moved"
    return "brought back" if returned else "rolled back"


def _packet(stores: Connections, tenant: str) -> tuple[Packet | None, str, int, Reason | None]:
    """Return the packet that waits as it may be read now, its hash, how many examples are left out, and why one that
    waits cannot be read."""
    try:
        waiting = decisions.waiting(stores.serving, tenant)
    except Refused:
        return None, "", 0, None
    try:
        found = stores.serving.packet(tenant, waiting.digest)
    except Refused as error:
        return None, "", 0, Reason(f"{error}.")
    shown = review.readable(found, stores.lists)
    return shown, found.digest, review.left_out(found, shown), None


def _found(packet: Packet) -> dict[str, str]:
    """Return what was found of a packet in sentences."""
    test = packet.shadow_test
    return {
        "proof": packet_words.proof(packet.proof),
        "real_queries": packet_words.real_queries(test),
        "speed": packet_words.speed(test),
    }


def _nothing_waits(
    stores: Connections, tenant: str, building: list[dict[str, object]], live: ServingRecord | None
) -> Reason:
    """Return why nothing waits; without the warehouse no run is known."""
    try:
        newest = analysis.runs(stores.warehouse, tenant, 1)
    except Retryable as error:
        return Reason(f"Nothing waits for a decision. What the trainer did cannot be read now: {error}.")
    training = training_status.read(stores.redis, tenant)
    return reason(tenant, newest[0] if newest else None, training, building, live.model if live else "")


def _building(stores: Connections, tenant: str) -> list[dict[str, object]]:
    progress, known = stores.serving.progress(tenant), stores.serving.collections(tenant)
    settled = {State.LIVE, State.STANDBY, State.RETIRED, State.READY}
    return [
        {"collection": name, "state": state, "progress": progress.get(name), "model": known[name].model}
        for name, state in stores.serving.states(tenant).items()
        if state not in settled and name in known
    ]


def _approved_by(console: Console, stores: Connections, tenant: str, digest: str) -> list[str]:
    """Return the operators whose approvals of this packet wait for another's, as far as their keys still hold."""
    holding = {key.name for key in console.signing.registry.keys().values() if key.revoked_at is None}
    return [name for name in approved_by(stores.serving.outcomes(tenant), digest) if name in holding]


def _pending(stores: Connections, session: Operator, tenant: str) -> str:
    """Return what an approval of this session waits for, or why it was refused; empty when nothing is open."""
    approval: CutoverApproved | None = session.approvals.get(tenant)
    if approval is None:
        return ""
    outcome = stores.serving.outcome(tenant, approval.event_id)
    if outcome == DONE or decisions.already_live(stores.serving, tenant, approval.packet):
        session.approvals.pop(tenant, None)  # a page in another tab may have seen the same
        return ""
    if outcome is not None and outcome.startswith(WAITS):
        return f"{decisions.COUNTS[:1].upper()}{decisions.COUNTS[1:]}."
    if outcome is not None:
        return f"The cutover that you approved was refused: {outcome}"
    return f"You approved {approval.collection}; the indexer has still to check it and move the record."


def _check(stores: Connections, record: ServingRecord) -> None:
    standby.check(stores.serving, stores.vectors, lambda: stores.warehouse, record)


def _version(form: Form) -> int:
    """Return the version of the serving record that the page showed; 0, which no record has, where it names none."""
    given = form.get("version", "")
    return int(given) if re.fullmatch("[1-9][0-9]{0,17}", given) else 0


def _back(tenant: str) -> Response:
    return RedirectResponse(f"/cutover?tenant={quote(tenant)}", 303)


def _nothing() -> dict[str, object]:
    return {
        "packet": None, "digest": "", "left_out": 0, "building": [],
        "why_not": Reason(f"{NOTHING_SENT}."),
        "live": None, "since": None, "since_words": "", "moved": "", "advice": "", "pending": "",
        "approved_by": [], "found": None, "groups": [], "gate": None, "weights": "", "live_weights": "",
    }  # fmt: skip
