"""`tidewheel propensities`: how likely people look at each rank, by what they did, beside what the weights assume."""

from datetime import UTC, datetime, timedelta

import click

from console.output import Column, json_option, print_json, print_table, say, tenant_option
from console.parameters import Whole
from operations import periods, tenants
from operations import propensities as learned
from operations.connections import Connections
from stores import configuration, settings


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


_RANKS = (
    Column("rank"), Column("people"), Column("openings"), Column("chance", "looked at", _share),
    Column("low", "from", _share), Column("high", "to", _share), Column("assumed", "assumed", _share),
)  # fmt: skip


@click.command()
@tenant_option
@click.option("--days", default=90, show_default=True, type=Whole(1, 730), help="Up to the tenant's newest search.")
@json_option
def propensities(tenant: str, days: int, as_json: bool) -> None:
    """Show how likely each rank is looked at, relative to the first, and what the weights of clicks assume.

    Learned from documents that stood at several ranks for one query: after a cutover, a change, a tie. The intervals
    are of 95 %, over queries. The rule `streams.search_click.eta` is the exponent that is assumed; set the one that
    fits where the intervals are narrow. Each person counts once for a query and a document, when first shown it.

    \b
    Example:
      tidewheel propensities --tenant acme --days 180
    """
    from streams.config import StreamsConfig

    where = settings.load()
    eta = configuration.load("streams", StreamsConfig, where.home).search_click.eta
    with Connections(where) as stores:
        tenants.check_known(stores, tenant)
        period = periods.recent(stores.warehouse, tenant, timedelta(days=days), datetime.now(UTC))
        found = learned.read(stores.warehouse, tenant, period)
    fits = learned.exponent(found)
    rows = [
        {"rank": p.rank, "people": p.people, "openings": p.openings, "chance": p.chance, "low": p.low, "high": p.high,
         "assumed": float(p.rank) ** -eta}
        for p in found
    ]  # fmt: skip
    if as_json:
        print_json({"eta": eta, "eta_that_fits": fits, "ranks": rows})
        return
    print_table(rows, _RANKS)
    if fits is None:
        least = learned.LEAST_OPENINGS
        say(f"Too few documents stood at several ranks: an estimate needs {least} openings at each of two ranks.")
    else:
        say(f"Assumed: rank^-{eta:g} (streams.search_click.eta). What fits best: rank^-{fits:.2f}.")
