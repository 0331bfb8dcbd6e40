"""Which tenants there are: a misspelt name is another thing than a tenant of which there is nothing yet."""

from collections.abc import Iterable
from contextlib import suppress

from operations.connections import Connections
from stores.error_texts import suggestion
from stores.errors import Misconfigured, Refused, Retryable
from stores.rebuilds import not_whole

NOTHING_SENT = "nobody has sent anything yet; `tidewheel connect` brings what there is, `tidewheel emit` sends events"


def check_known(stores: Connections, tenant: str, found: Iterable[object] = ()) -> None:
    """Return for a tenant that `found` has something of, that is served, allowed to send, or has sent something.

    Raises `Misconfigured`, naming the nearest tenant, for any other.
    """
    if any(True for _ in found):
        return
    served = {*stores.serving.tenants(), *stores.where.tenants}
    if tenant in served:
        return
    sent = {row["tenant"] for row in stores.warehouse.query("tenants")}
    if tenant not in sent:
        raise _unknown(tenant, served | sent)


def check_served(stores: Connections, tenant: str) -> None:
    """Like `check_known`, for what must work while the warehouse is away: then an unknown tenant passes."""
    with suppress(Retryable):
        check_known(stores, tenant)


def check_answerable(stores: Connections, tenant: str) -> None:
    """Return for a tenant whose searches something answers.

    Raises `Retryable` while its documents wait to be indexed, or what it had was lost and is made anew, `Refused` when
    it has none, `Misconfigured` when nobody knows it.
    """
    if stores.serving.record(tenant) is not None:
        return
    waiting = stores.warehouse.query("documents_waiting", tenant=tenant)[0]["documents"]
    if waiting and stores.trail.last_move(tenant) is not None:
        raise not_whole(tenant, 0, waiting)
    if waiting:
        those = "1 document that waits" if waiting == 1 else f"{waiting:,} documents that wait"
        raise Retryable(f"the tenant '{tenant}' has {those} to be indexed; see `tidewheel status`")
    check_known(stores, tenant)
    raise Refused(f"the tenant '{tenant}' has no documents yet; send some with `tidewheel connect` or `tidewheel emit`")


def _unknown(tenant: str, known: Iterable[str]) -> Misconfigured:
    names = sorted(known)
    hint = suggestion(tenant, names) if names else NOTHING_SENT
    return Misconfigured(f"--tenant: there is no tenant '{tenant}', {hint}")
