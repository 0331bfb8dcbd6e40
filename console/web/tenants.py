"""Which tenant a page is about: the one that its address names, else the first."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from console.web.sign_in import Wiring
from operations import status
from stores.errors import Retryable


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
    request.state.tenants, request.state.tenant = names, tenant or (names[0] if names else "")
    return str(request.state.tenant)


Tenant = Annotated[str, Depends(chosen)]
