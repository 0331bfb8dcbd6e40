"""Commands for producers: send events, read the schemas."""

from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import track

from console.output import json_option, print_json
from operations import events
from operations.connections import Connections
from operations.events import Problem
from schemas.export import export
from schemas.topics import PRODUCED
from stores import settings
from stores.errors import Poison

_SHOWN_PROBLEMS = 10
_PRODUCED = sorted({topic.name for topic in PRODUCED.values()})


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--check", is_flag=True, help="Only say what is wrong with the file; send nothing.")
@click.option("--topic", "raw_topic", type=click.Choice(_PRODUCED), help="Send each line as it is, unchecked, here.")
@json_option
def emit(file: BinaryIO, check: bool, raw_topic: str | None, as_json: bool) -> None:
    """Send the events in FILE (one JSON object a line; `-` is standard input) to their topics.

    Lines that are no event are reported by number and not sent; the others are. Exit code 5 when there were any.

    \b
    Examples:
      tidewheel emit events.jsonl
      tidewheel emit --check events.jsonl
      tidewheel emit --topic clicks what-the-app-sent.jsonl
    """
    now = datetime.now(UTC)
    if check:
        sent, problems = 0, [item for item in events.read_events(file, now) if isinstance(item, Problem)]
    else:
        records = events.unchecked(file, raw_topic) if raw_topic else events.checked(file, now)
        shown = track(records, "sending", console=Console(stderr=True), transient=True)
        with Connections(settings.load()) as stores:
            sent, problems = events.send(stores, shown)
    _report(sent, problems, check, as_json)


def _report(sent: int, problems: list[Problem], check: bool, as_json: bool) -> None:
    if as_json:
        print_json({"sent": sent, "problems": [{"line": p.line, "reason": p.reason} for p in problems]})
    else:
        for problem in problems[:_SHOWN_PROBLEMS]:
            click.echo(f"line {problem.line}: {problem.reason}", err=True)
        if len(problems) > _SHOWN_PROBLEMS:
            click.echo(f"and {len(problems) - _SHOWN_PROBLEMS} more", err=True)
        click.echo("checked" if check else f"sent {sent:,} events")
    if problems:
        raise Poison(f"{len(problems):,} lines are no events and were not sent; mend them and send those lines again")


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Directory to write to.")
def schemas(out: Path) -> None:
    """Write the JSON Schema of every event, one file each, in a folder per topic.

    \b
    Example:
      tidewheel schemas --out contracts/
    """
    try:
        written = export(out)
    except OSError as error:
        raise click.BadParameter(f"cannot write there: {error}", param_hint="--out") from error
    click.echo(f"{len(written)} schemas in {out}")
