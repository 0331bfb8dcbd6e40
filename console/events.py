"""Commands for producers: send events, read the schemas."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from console.output import json_option, print_json
from console.parameters import FilePath
from console.text import printable
from operations import event_files, events
from operations.connections import Connections
from operations.events import Problem, Read, Record, Sent
from schemas.export import export
from schemas.limits import Cuts
from schemas.topics import PRODUCED
from stores import settings
from stores.errors import Poison
from stores.exit_codes import EXIT_INTERRUPTED

_SHOWN = 10
"""Problems, and lines that are cut, that are listed one by one."""

_UPDATE_EVERY = 1_000
"""Records between two updates of the progress."""

_PRODUCED = sorted({topic.name for topic in PRODUCED.values()})


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--check", is_flag=True, help="Only say what is wrong with the file; send nothing.")
@click.option("--topic", "raw_topic", type=click.Choice(_PRODUCED), help="Send each line as it is, unchecked, here.")
@json_option
def emit(file: BinaryIO, check: bool, raw_topic: str | None, as_json: bool) -> None:
    """Send the events in FILE to their topics: JSON objects, one a line or in an array, also gzip.

    `-` is standard input. What is no event is reported by its line and not sent; the others are. Exit code 5 when there
    was any. What is too long (a title, a link, a query) is sent, and cut by the receiver.

    \b
    Examples:
      tidewheel emit events.jsonl
      tidewheel emit --check events.json.gz
      tidewheel emit --topic clicks what-the-app-sent.jsonl
    """
    now = datetime.now(UTC)
    if check:
        sent = _checked(events.read(event_files.lines(file), now))
    else:
        with _progress(file) as (shown, counted), Connections(settings.load()) as stores:
            records = (
                events.unchecked(event_files.as_they_are(shown), raw_topic)
                if raw_topic
                else events.checked(event_files.lines(shown), now)
            )
            sent = events.send(stores, counted(records))
    _report(sent, check, as_json)


def _checked(items: Iterable[Read | Problem]) -> Sent:
    problems: list[Problem] = []
    cut: list[tuple[int, Cuts]] = []
    count = 0
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            count += 1
            cut += [(item.line, item.cuts)] if item.cuts else []
    return Sent(count, problems, cut)


class _Counted:
    """Counts records on their way into the progress, seldom enough to cost nothing."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def __call__(self, records: Iterable[Record | Problem]) -> Iterator[Record | Problem]:
        for number, record in enumerate(records):
            if number % _UPDATE_EVERY == 0:
                self._progress.update(self._task, events=number)
            yield record


@contextmanager
def _progress(file: BinaryIO) -> Iterator[tuple[BinaryIO, _Counted]]:
    """Show how much of the file is read, of how much where that is known, and how many events that were."""
    console = Console(stderr=True)
    columns = (TextColumn("sending"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[events]:,} events"))
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=_size(file), events=0)
        yield progress.wrap_file(file, task_id=task), _Counted(progress, task)


def _size(file: BinaryIO) -> int | None:
    """Return the bytes of a file; None for a pipe or a terminal."""
    try:
        found = os.fstat(file.fileno())
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _report(sent: Sent, check: bool, as_json: bool) -> None:
    if as_json:
        problems = [{"line": p.line, "reason": p.reason} for p in sent.problems]
        cut = [{"line": line, "cut": dict(cuts)} for line, cuts in sent.cut]
        print_json({"sent": 0 if check else sent.count, "problems": problems, "cut": cut})
    else:
        _listed([f"line {p.line}: {printable(p.reason)}" for p in sent.problems])
        _listed([f"line {line}: cut: {', '.join(cuts)}" for line, cuts in sent.cut])
        if not (sent.count or sent.problems or sent.stopped):
            click.echo("there are no events in it", err=True)
        click.echo("checked" if check else f"sent {sent.count:,} events")
    if sent.stopped:
        click.echo("stopped before the end; to send all of it again doubles nothing", err=True)
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    if sent.problems:
        raise Poison(
            f"{len(sent.problems):,} lines are no events and were not sent; mend them and send those lines again"
        )


def _listed(result: list[str]) -> None:
    for each in result[:_SHOWN]:
        click.echo(printable(each), err=True)
    if len(result) > _SHOWN:
        click.echo(f"and {len(result) - _SHOWN} more", err=True)


@click.command()
@click.option("--out", type=FilePath(file_okay=False), required=True, help="Directory to write to.")
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
