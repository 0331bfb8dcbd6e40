"""`tidewheel watch`: one screen that shows what needs somebody, what is live, what runs, and what comes in."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from console.how_far import how_far
from console.output import Column, say, table
from console.parameters import TENANT, Seconds
from console.text import columns, elided, one_line, time_left
from operations import status
from operations.connections import Connections
from stores import settings
from stores.collection_states import State
from stores.errors import TidewheelError

_EVENTS = (
    Column("topic"), Column("accepted"),
    Column("rate", "a second", lambda rate: "-" if rate is None else f"{rate:,.1f}"),
    *map(Column, ("dead", "late", "missing")),
)  # fmt: skip
_LIVE = (Column("tenant"), Column("live"), Column("version"), Column("waiting"), Column("does", "what it does"))


class Seen(NamedTuple):
    """The loop at an instant (seconds of a clock that only goes on): processes, events by topic, tenants."""

    at: float
    processes: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    tenants: Sequence[Mapping[str, Any]]


@click.command()
@click.option("--tenant", type=TENANT, help="Only this tenant; all by default.")
@click.option("--every", type=Seconds(1, 3_600), default=2.0, show_default=True, help="Seconds between two looks.")
def watch(tenant: str | None, every: float) -> None:
    """Show the loop on one screen that keeps up; Ctrl-C ends it. Where the output is no terminal it shows it once.

    \b
    Examples:
      tidewheel watch
      tidewheel watch --tenant acme --every 5
    """
    where = settings.load()
    with Connections(where) as stores:
        if not Console().is_terminal:
            for line in screen(seen(stores, tenant), None, columns(), 10_000):
                say(line)
            return
        try:
            _follow(stores, tenant, every)
        except KeyboardInterrupt:
            return


def seen(stores: Connections, tenant: str | None) -> Seen:
    """Look at the loop once. Raises `Retryable` while a store does not answer."""
    return Seen(
        time.monotonic(), status.processes(stores.where.home), status.events(stores), status.tenants(stores, tenant)
    )


def _follow(stores: Connections, tenant: str | None, every: float) -> None:
    before: Seen | None = None
    console = Console()
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            width, height = console.size
            try:
                now = seen(stores, tenant)
                shown = screen(now, before, width, height)
                before = now
            except TidewheelError as error:
                stores.close()
                shown = [_head(), elided(one_line(str(error)), width)]
            live.update(Text("\n".join(shown), no_wrap=True), refresh=True)
            time.sleep(every)


def screen(now: Seen, before: Seen | None, width: int, height: int) -> list[str]:
    """Return the screen's lines, at most `height` of at most `width` columns: what needs somebody stands first."""
    lines = [_head()]
    needs = needed(now)
    lines += ["", *(f"! {need}" for need in needs)] if needs else ["", "Nothing needs anybody."]
    if now.tenants:
        lines += ["", *table([_tenant(row) for row in now.tenants], _LIVE, width=width)]
    if now.events:
        lines += ["", *table(rates(now, before), _EVENTS, width=width)]
    if now.processes:
        up = [row["part"] for row in now.processes if row["up"]]
        memory = sum(row["memory_mib"] for row in now.processes)
        lines += ["", f"{len(up)} of {len(now.processes)} programs are up, {memory:,.0f} MiB: {', '.join(up)}"]
    return [elided(line, width) for line in lines[: max(1, height - 1)]]


def needed(now: Seen) -> list[str]:
    """Return a line for everything that waits for a person or is not well."""
    found = [
        f"{row['part']} is down{': ' + row['problem'] if row['problem'] else ''}"
        for row in now.processes
        if not row["up"]
    ]
    found += [
        f"{row['missing']:,} events of {row['topic']} are missing: tidewheel ledger"
        for row in now.events
        if row["missing"]
    ]
    for row in now.tenants:
        name = row["tenant"]
        found += [one_line(f"{name}: {sentence}") for sentence in row["lost"]]
        found += [f"{name}: what is live is not what was signed"] if row["unsigned"] else []
        ready = [each["collection"] for each in row["collections"] if each["state"] == State.READY]
        found += [f"{name}: {collection} waits for approval: tidewheel packet --tenant {name}" for collection in ready]
        found += [
            f"{name}: {each['signal']} {each['verdict']}" for each in row["drift"] if each["verdict"] == "tripped"
        ]
    return found


def rates(now: Seen, before: Seen | None) -> list[dict[str, Any]]:
    """Return the events' rows with how many were accepted a second since the look before; None at the first look."""
    earlier = {row["topic"]: row["accepted"] for row in before.events} if before else {}
    passed = now.at - before.at if before else 0.0
    return [
        {
            **row,
            "rate": (row["accepted"] - earlier[row["topic"]]) / passed
            if row["topic"] in earlier and passed > 0
            else None,
        }
        for row in now.events
    ]


def _tenant(row: Mapping[str, Any]) -> dict[str, Any]:
    live = row["live"] or {}
    return {
        "tenant": row["tenant"], "live": live.get("model", "-"), "version": live.get("version"),
        "waiting": row["waiting"], "does": _does(row),
    }  # fmt: skip


def _does(row: Mapping[str, Any]) -> str:
    """Return what is underway: builds with how far they are, and the training run with the time that is left."""
    building = [
        f"{each['state']} {each['done']:,}/{each['total']:,}{time_left(each['eta_s'])}"
        for each in row["collections"] if each["total"] and each["done"] < each["total"]
    ]  # fmt: skip
    run = row["training"] or {}
    training = f"training {how_far(run)}".strip() if run else ""
    return "; ".join([*building, *([training] if training else [])])


def _head() -> str:
    return f"Tidewheel, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
