"""`tidewheel drift`: what was measured, what it asked for, what quiet windows have taught, what operators decide."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from console.decisions import by_option
from console.output import (
    Column,
    group_tenant,
    json_option,
    minute,
    print_json,
    print_rows,
    say,
    tenant_option,
    three_decimals,
)
from console.parameters import DATE, LIMIT, REASON, RUN, SIGNAL, TENANT
from console.web.rules import quality_rules
from operations import analysis, drift_decisions, since_cutover, tenants
from operations.connections import Connections
from stores import settings

DRIFT = (
    Column("window_end", "window's end", minute),
    Column("signal"),
    *(Column(name, head, three_decimals) for name, head in (
        ("value", ""), ("reference", "before"), ("effect", ""), ("threshold", "needed"), ("q", ""))),
    Column("verdict"),
)  # fmt: skip
_REQUESTS = (
    Column("run"), Column("requested_at", "asked for", minute), Column("verdict"),
    Column("dismissed_by", "dismissed by"),
)  # fmt: skip
_CALIBRATION = (
    Column("signal"), Column("taught", "windows"),
    *(Column(name, head, three_decimals) for name, head in (
        ("expected", ""), ("spread", ""), ("adds_from", "adds from"), ("asks_in_two", "asks at"))),
    Column("evidence_limit", "limit", three_decimals),
)  # fmt: skip


@click.group(invoke_without_command=True)
@click.option("--tenant", type=TENANT, help="Whose data; tenants never mix.")
@click.option("--signal", type=SIGNAL, help="Only this signal, e.g. query_drift.")
@click.option("--limit", default=50, show_default=True, type=LIMIT, help="Newest rows first.")
@json_option
@click.pass_context
def drift(ctx: click.Context, tenant: str | None, signal: str | None, limit: int, as_json: bool) -> None:
    """Show what was measured in each window, against what, and the verdict; or decide what follows from it.

    `tidewheel retrain` asks for a training at once, whatever drift says.

    \b
    Examples:
      tidewheel drift --tenant acme --signal query_drift
      tidewheel drift requests --tenant acme
      tidewheel drift mute --tenant acme --until 2026-12-24 --reason "the wiki is being moved"
    """
    if (tenant := group_tenant(ctx, tenant)) is None:
        return
    with Connections(settings.load()) as stores:
        rows = analysis.drift(stores.warehouse, tenant, signal or "", limit)
        tenants.check_known(stores, tenant, rows)
    empty = f"No window of '{tenant}' has been judged yet; one is when its event time has passed."
    print_rows(rows, as_json, empty, DRIFT)


@drift.command()
@tenant_option
@click.option("--limit", default=20, show_default=True, type=LIMIT, help="Newest first.")
@json_option
def requests(tenant: str, limit: int, as_json: bool) -> None:
    """Show the trainings that drift asked for: why, how each ended, and who dismissed it.

    \b
    Example:
      tidewheel drift requests --tenant acme
    """
    with Connections(settings.load()) as stores:
        rows = drift_decisions.requests(stores.warehouse, tenant, limit)
        tenants.check_known(stores, tenant, rows)
    empty = f"Drift of '{tenant}' has asked for no training; `tidewheel drift` shows what it measured."
    print_rows(rows, as_json, empty, _REQUESTS, lambda row: row["dismissed_because"] or row["reason"])


@drift.command()
@tenant_option
@json_option
def calibrate(tenant: str, as_json: bool) -> None:
    """Show what the tenant's quiet windows have taught, by signal; it is learned anew with every quiet window.

    An effect of a window is evidence from `adds from` on, and asks for a training after two windows at `asks at`. Both
    follow from the effect that quiet windows let expect, its spread within and between days, and the limit of the
    evidence, which follows from `drift.false_alarm_days`.

    \b
    Example:
      tidewheel drift calibrate --tenant acme
    """
    with Connections(settings.load()) as stores:
        rows = analysis.calibration(stores.warehouse, tenant)
        tenants.check_known(stores, tenant, rows)
    empty = f"No window of '{tenant}' has been judged yet: nothing is known of its quiet ones."
    print_rows(rows, as_json, empty, _CALIBRATION)


@drift.command("since-cutover")
@tenant_option
@json_option
def since_cutover_(tenant: str, as_json: bool) -> None:
    """Show whether people still find what they look for, beside the time before the last cutover.

    Compared are shares of answered searches that satisfied, for four weeks after a cutover. The interval counts people,
    not searches, and holds however often it is looked at. A loss says what to do.

    \b
    Example:
      tidewheel drift since-cutover --tenant acme
    """
    now = datetime.now(UTC)
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        record = stores.serving.record(tenant)
        found = since_cutover.read(stores.warehouse, tenant, record, now, quality_rules(stores.where))
    if as_json:
        known = (
            {
                "model": found.model,
                "moved_at": found.moved_at,
                "before_from": found.began,
                "weekdays": found.days,
                "before_with_another_search": found.by_another,
                "brought_back_at": found.returned,
                **asdict(found.found),
            }
            if found
            else None
        )
        print_json(known and {**known, "advice": since_cutover.advice(found, record, now)})
    elif found is None:
        say(since_cutover.not_watched(tenant, record))
    else:
        say(f"{found.found.verdict.capitalize()}. {since_cutover.in_words(found)}")
        if advice := since_cutover.advice(found, record, now):
            say(f"{advice[:1].upper()}{advice[1:]}: `tidewheel rollback --help`.")


@drift.command()
@tenant_option
@click.option("--run", required=True, type=RUN, help="The run that was asked for: see `tidewheel drift requests`.")
@by_option
@click.option("--reason", required=True, type=REASON, help="Why it is needless; it stands in the audit trail.")
def dismiss(tenant: str, run: str, by: str | None, reason: str) -> None:
    """Say that a training which drift asked for is needless: it counts as refused, and drift asks less often.

    It stops no run; a model that a run brings is still approved or refused by its packet.

    \b
    Example:
      tidewheel drift dismiss --tenant acme --run run-20261127000000-9f3c --reason "a fair, over by Friday"
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        drift_decisions.dismiss(stores.warehouse, stores.publish, sign, tenant, run, who, reason, now)
    say(f"Dismissed. For drift's memory of requests {run} counts as refused.")


@drift.command()
@tenant_option
@click.option("--until", required=True, type=DATE, help="The first day on which drift may ask again; within a year.")
@by_option
@click.option("--reason", required=True, type=REASON, help="Why; it stands in the audit trail.")
def mute(tenant: str, until: datetime, by: str | None, reason: str) -> None:
    """Have drift ask for no training until a date. Windows are judged on, and their rows say who muted them.

    The date is one of event time, UTC.

    \b
    Example:
      tidewheel drift mute --tenant acme --until 2026-12-24 --reason "the wiki is being moved"
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        drift_decisions.mute(stores.publish, sign, tenant, until, who, reason, now)
    say(f"Drift of {tenant} asks for no training before {until:%Y-%m-%d}; `tidewheel drift unmute` ends that.")


@drift.command()
@tenant_option
@by_option
@click.option(
    "--reason", default="unmuted by hand", type=REASON, show_default=True, help="Why; it stands in the audit trail."
)
def unmute(tenant: str, by: str | None, reason: str) -> None:
    """Let drift ask again, before the date until which it was muted.

    \b
    Example:
      tidewheel drift unmute --tenant acme
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        drift_decisions.unmute(stores.publish, sign, tenant, who, reason, now)
    say(f"Drift of {tenant} may ask for a training again.")
