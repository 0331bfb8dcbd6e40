"""Commands for analysts: drift, training runs, the ledger, and plain SQL."""

import click

from console.output import json_option, print_rows, tenant_option
from operations import analysis
from operations.connections import Connections
from stores import settings
from stores.exit_codes import EXIT_REFUSED


@click.command()
@tenant_option
@click.option("--signal", default="", help="Only this signal, e.g. query_drift.")
@click.option("--limit", default=50, show_default=True, help="Newest rows first.")
@json_option
def drift(tenant: str, signal: str, limit: int, as_json: bool) -> None:
    """Show what was measured in each window, against what, and the verdict.

    \b
    Example:
      tidewheel drift --tenant acme --signal query_drift
    """
    with Connections(settings.load()) as stores:
        rows = analysis.drift(stores.warehouse, tenant, signal, limit)
    print_rows(rows, as_json, f"No window of '{tenant}' has been judged yet; one is when its event time has passed.")


@click.command()
@tenant_option
@click.option("--limit", default=20, show_default=True, help="Newest first.")
@json_option
def runs(tenant: str, limit: int, as_json: bool) -> None:
    """Show training runs: why each began, how it ended, what the gate saw.

    \b
    Example:
      tidewheel runs --tenant acme --json
    """
    with Connections(settings.load()) as stores:
        rows = analysis.runs(stores.warehouse, tenant, limit)
    print_rows(rows, as_json, f"No training run of '{tenant}' yet. `tidewheel retrain --tenant {tenant}` asks for one.")


@click.command()
@click.option("--topic", default="", help="Only this topic.")
@json_option
def ledger(topic: str, as_json: bool) -> None:
    """Prove conservation: per topic and partition what was expected, accepted, repeated, dead, late, missing.

    Exit code 3 when anything is missing.

    \b
    Example:
      tidewheel ledger --topic clicks
    """
    with Connections(settings.load()) as stores:
        rows = analysis.ledger(stores.warehouse, topic)
    print_rows(rows, as_json, "Nothing has been processed yet.")
    if analysis.missing(rows):
        raise SystemExit(EXIT_REFUSED)


@click.command()
@click.argument("query")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(sorted(analysis.FORMATS)),
    default="table",
    show_default=True,
    help="How ClickHouse writes the answer.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def sql(query: str, output_format: str, as_json: bool) -> None:
    """Run one read-only SQL query in the warehouse. `-` reads it from standard input.

    \b
    Examples:
      tidewheel sql "SELECT signal, avg(value) FROM drift GROUP BY signal"
      tidewheel sql "SHOW TABLES"
      tidewheel sql - --format csv < report.sql
    """
    text = click.get_text_stream("stdin").read() if query == "-" else query
    if not text.strip():
        raise click.BadParameter("there is no query in it", param_hint="QUERY")
    with Connections(settings.load()) as stores:
        answer = analysis.answer(stores.warehouse, text, "json" if as_json else output_format)
    click.echo(answer, nl=False)
    if not answer:
        click.echo("No rows.", err=True)
