"""`tidewheel report`: the month of a tenant in one file that anybody can open, print and pass on."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from console.output import say, tenant_option
from console.parameters import FilePath, Whole
from operations import tenants
from operations.connections import Connections
from stores import settings


@click.command()
@tenant_option
@click.option("--days", default=31, show_default=True, type=Whole(1, 366), help="Up to the tenant's newest search.")
@click.option(
    "--out",
    type=FilePath(dir_okay=False, writable=True, allow_dash=True),
    help="Where to write it; `-` is standard output.  [default: tidewheel-TENANT-DATE.html]",
)
def report(tenant: str, days: int, out: Path | None) -> None:
    """Write a tenant's month as one HTML file: its drift, what training won and cost, and the quality of its searches.

    The file needs nothing else: no server, no network, no script. It has no person's name but those who decided.

    \b
    Examples:
      tidewheel report --tenant acme
      tidewheel report --tenant acme --days 92 --out quarter.html
    """
    from console.web import report_page  # with Matplotlib behind it, which other commands do without

    where, now = settings.load(), datetime.now(UTC)
    with Connections(where) as stores:
        tenants.check_known(stores, tenant)
        found = report_page.gather(stores.warehouse, where, tenant, timedelta(days=days), now)
    written = report_page.written(found, now).encode()
    if out == Path("-"):
        sys.stdout.buffer.write(written)
        return
    file = out or Path(f"tidewheel-{tenant}-{found.period.until:%Y-%m-%d}.html")
    file.write_bytes(written)
    say(f"{file}: {found.period.since:%Y-%m-%d} to {found.period.until:%Y-%m-%d}, {len(written) // 1024} KiB")
