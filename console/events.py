"""Commands for producers: send events, read the schemas."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import orjson
from rich.console import Console
from rich.progress import track

from console.output import json_option, print_json
from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.export import export
from schemas.topics import TOPIC_OF, TOPICS, key_of
from stores import settings
from stores.errors import Poison
from stores.kafka import EventProducer, ensure_topics

_SHOWN_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is no event, and why."""

    line: int
    reason: str


def read_events(lines: BinaryIO, now: datetime) -> Iterator[Event | Problem]:
    """Yield each line's event, or what is wrong with it; blank lines are passed over. `now` bounds the dates."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kind = orjson.loads(line).get("type")
        except (orjson.JSONDecodeError, AttributeError):
            yield Problem(number, "not a JSON object")
            continue
        topic = TOPIC_OF.get(kind)
        if topic is None:
            yield Problem(number, f"type: {kind!r} is none of {', '.join(TOPIC_OF)}")
            continue
        event = decode(topic, None, line, now)
        yield Problem(number, event.reason) if isinstance(event, Rejection) else event


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--check", is_flag=True, help="Only say what is wrong with the file; send nothing.")
@click.option("--topic", "raw_topic", type=click.Choice(list(TOPICS)), help="Send each line as it is, unchecked, here.")
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
        sent, problems = 0, [item for item in read_events(file, now) if isinstance(item, Problem)]
    else:
        sent, problems = _send(_raw(file, raw_topic) if raw_topic else _checked(file, now))
    _tell(sent, problems, check, as_json)


Outgoing = tuple[str, bytes | None, bytes]
"""Topic, key and value of a record to send."""


def _raw(lines: BinaryIO, topic: str) -> Iterator[Outgoing | Problem]:
    return ((topic, None, line.rstrip(b"\r\n")) for line in lines)


def _checked(lines: BinaryIO, now: datetime) -> Iterator[Outgoing | Problem]:
    for item in read_events(lines, now):
        if isinstance(item, Problem):
            yield item
        else:
            yield TOPIC_OF[type(item).__name__].name, key_of(item), encode(item)


def _send(records: Iterable[Outgoing | Problem]) -> tuple[int, list[Problem]]:
    """Send what can be sent and return the number delivered and the problems; progress goes to standard error."""
    bootstrap = settings.load().kafka_bootstrap
    ensure_topics(bootstrap, TOPICS.values())
    problems: list[Problem] = []
    with EventProducer(bootstrap) as producer:
        for record in track(records, "sending", console=Console(stderr=True), transient=True):
            if isinstance(record, Problem):
                problems.append(record)
            else:
                producer.send(*record)
        return producer.flush(), problems


def _tell(sent: int, problems: list[Problem], check: bool, as_json: bool) -> None:
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
