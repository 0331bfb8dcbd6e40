"""Which tenant a page is about: the one that its address names, else one whose model waits, else the first."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from console.web.sign_in import Wiring
from operations import decisions, status
from stores.errors import Refused, Retryable
from stores.serving import Serving

_MOST = 200
"""Tenants that are asked for what waits; of more, the first ones."""


def chosen(request: Request, console: Wiring, tenant: str = "") -> str:
    """Return the tenant that a page is about, empty when there is none yet; the page may offer `state.tenants`.

    Raises a 404 for a tenant that nobody knows.
    """
    with console.stores() as stores:
        try:
            names = sorted(status.known(stores))
        except Retryable:
            names = sorted({*stores.serving.tenants()})  # deciding does not need the warehouse
    if tenant and tenant not in names:
        raise HTTPException(404, "There is no such tenant here.")
    with console.stores() as stores:
        request.state.waiting = [name for name in names[:_MOST] if waits(stores.serving, name)]
    request.state.tenants, first = names, [*request.state.waiting, *names, ""][0]
    request.state.tenant = tenant or first
    return str(request.state.tenant)


def waits(serving: Serving, tenant: str) -> bool:
    """Tell whether a model of the tenant waits for a decision."""
    try:
        decisions.waiting(serving, tenant)
    except Refused:
        return False
    return True


Tenant = Annotated[str, Depends(chosen)]
