"""Audit: who decided what, and whether the signature under it is right."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from console.web.pages import render
from console.web.sign_in import Wiring
from console.web.tenants import Tenant
from operations import audit, operators, status

router = APIRouter()

_NEWEST = 200


@router.get("/audit")
def page(request: Request, console: Wiring, tenant: Tenant) -> HTMLResponse:
    """Show it."""
    with console.stores() as stores:
        entries = audit.entries(stores.warehouse, stores.signing, tenant, _NEWEST, console.now()) if tenant else []
        refused = status.refused_decisions(stores)
    trusted = operators.listed(console.where)
    return render("audit.html", request, title="Audit", entries=entries, refused=refused, operators=trusted)
