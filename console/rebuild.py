"""`tidewheel rebuild`: make Milvus and Redis anew from what ClickHouse, the model shelf and the topics hold."""

import time
from datetime import UTC, datetime

import click

from console.output import say
from console.parameters import TENANT, WAIT
from operations import rebuild as work
from operations.connections import Connections
from stores import settings
from stores.access_lists import fill
from stores.errors import Retryable

_LOOK_S = 1.0


@click.command()
@click.option("--tenant", type=TENANT, help="Only this tenant; all by default.")
@click.option("--wait", default=600.0, show_default=True, type=WAIT, help="Seconds to wait for it.")
@click.option("--without-missing", is_flag=True, help="Go on although ClickHouse has lost documents itself.")
def rebuild(tenant: str | None, wait: float, without_missing: bool) -> None:
    """Make the search index and what Redis holds anew, after a store was lost or damaged.

    ClickHouse, the model shelf and the signed audit trail are what it is made from. The indexer does the work, so it
    has to run; searches say that the index is being rebuilt until it is whole. The same command again begins anew.

    \b
    Example:
      tidewheel rebuild --tenant acme
    """
    with Connections(settings.load()) as stores:
        names = work.tenants(stores, tenant)
        for name in names:
            if not without_missing:
                work.check_source(stores, name)
        for name in names:
            lists, collections = fill(stores.lists, stores.warehouse, name), work.ask(stores, name, datetime.now(UTC))
            say(f"{name}: {lists:,} access lists are in Redis; to be made anew: {_listed(collections)}")
        for name in names:
            _wait(stores, name, time.monotonic() + wait)


def _listed(collections: list[str]) -> str:
    return ", ".join(collections) or "the serving record, then its collections"


def _wait(stores: Connections, tenant: str, until: float) -> None:
    """Say how far the tenant's rebuild is until it is done. Raises `Retryable` when that is not in time."""
    result = ""
    while left := work.left(stores, tenant):
        if str(left) != result:
            result = str(left)
            say(f"{tenant}: {result}")
        if time.monotonic() >= until:
            raise Retryable(f"{tenant}: {result}; is the indexer up? `tidewheel status` shows it")
        time.sleep(_LOOK_S)
    say(f"{tenant}: whole")
