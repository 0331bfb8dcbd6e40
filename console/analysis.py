"""Commands for analysts: the ledger, and plain SQL."""

import sys

import click

from console.output import Column, json_option, print_rows
from console.parameters import QUERY, TOPIC
from console.text import printable_lines
from operations import analysis
from operations.connections import Connections
from stores import settings
from stores.exit_codes import EXIT_REFUSED

_LEDGER = (
    Column("topic"), Column("partition", "part"), *map(Column, ("expected", "accepted", "repeated", "dead", "late")),
    Column("missing"),
)  # fmt: skip


@click.command()
@click.option("--topic", type=TOPIC, help="Only this topic.")
@json_option
def ledger(topic: str | None, as_json: bool) -> None:
    """Prove conservation: per topic and partition what was expected, accepted, repeated, dead, late, missing.

    Accepted is stored, dead refused and kept, repeated read again and counted once, late an access whose session was
    closed already (accepted, too), missing neither stored nor refused.

    Exit code 3 when anything is missing. A topic that was made anew counts its offsets anew; the table adds them up,
    --json has each by Kafka's id of the topic.

    \b
    Example:
      tidewheel ledger --topic clicks
    """
    with Connections(settings.load()) as stores:
        rows = analysis.ledger(stores.warehouse, topic or "")
    print_rows(rows if as_json else analysis.by_partition(rows), as_json, "Nothing has been processed yet.", _LEDGER)
    if analysis.missing(rows):
        raise SystemExit(EXIT_REFUSED)


@click.command()
@click.argument("query", type=QUERY)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(sorted(analysis.FORMATS)),
    default="table",
    show_default=True,
    help="How ClickHouse writes the answer, where the query has no FORMAT of its own.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def sql(query: str, output_format: str, as_json: bool) -> None:
    """Run one read-only SQL query in the warehouse. `-` reads it from standard input.

    \b
    Examples:
      tidewheel sql "SELECT signal, avg(value) FROM drift GROUP BY signal"
      tidewheel sql "SELECT * FROM runs FORMAT Vertical"
      tidewheel sql - --format csv < report.sql
    """
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") if query == "-" else query
    text = QUERY.convert(text, None, None)
    if not text.strip():
        raise click.BadParameter("there is no query in it", param_hint="QUERY")
    with Connections(settings.load()) as stores:
        answer = analysis.answer(stores.warehouse, text, "json" if as_json else output_format)
    if not answer:
        click.echo("No rows.", err=True)
    elif output_format == "table" or sys.stdout.isatty():
        click.echo(printable_lines(answer.decode("utf-8", "replace")), nl=False)
    else:
        click.echo(answer, nl=False)  # bytes for a program, as ClickHouse wrote them
