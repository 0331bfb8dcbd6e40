"""Dead letters on the command line: what could not be accepted, why, and sending it again after a fix."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from console.faults import Interrupted
from console.output import Column, cell, json_option, minute, print_json, print_rows, print_table, say
from console.parameters import CODE, IDENTIFIER, LIMIT, TOPIC, FilePath, Whole
from console.progress import progress
from console.text import elided, printable, printable_lines
from operations import dead_letters as letters
from operations.connections import Connections
from operations.dead_letters import Outcome, Wanted
from schemas.instants import EPOCH
from stores import settings
from stores.ports import Sends

_SHOWN_BYTES = 4_096
_AGO = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType):
    """An instant: an ISO 8601 date or time (UTC unless it says otherwise), or how long ago, as `90m`, `2h`, `3d`."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """Return the instant, aware, not before 1970; a value that is none, or to come, is a usage error."""
        if isinstance(value, datetime):
            return value
        now = datetime.now(UTC)
        try:
            if ago := _AGO.fullmatch(value):
                return max(EPOCH, now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
            moment = datetime.fromisoformat(value)
            moment = max(EPOCH, moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            moment = None
        if moment is None or moment > now + timedelta(days=1):
            shown = elided(printable(value), 60)
            form = "neither a past time as 2026-11-01T09:00 nor a duration as 90m, 2h, 3d"
            self.fail(f"'{shown}' is {form}", param, ctx)
        return moment


_topic = click.option("--topic", type=TOPIC, help="Only letters of this topic.")
_code = click.option("--code", type=CODE, help="Only this reason code, e.g. invalid, not_json, future.")
_since = click.option("--since", type=Moment(), default=EPOCH, help="Only since: 2026-11-01, or 90m, 2h, 3d ago.")

_COUNTS = (Column("topic"), Column("code"), *map(Column, ("letters", "replayed")), Column("newest", "", minute))
_LETTERS = (
    Column("topic"), Column("partition", "part"), Column("offset"), Column("code"), Column("bytes"),
    Column("received_at", "received", minute), Column("replayed_at", "sent again", minute),
)  # fmt: skip


@click.group()
def dead_letters() -> None:
    """Look after records that could not be accepted: list them, show one, send them again after a fix.

    Each is kept with its reason and its original bytes, here and in the topic `<topic>.dead`.
    """


@dead_letters.command("list")
@_topic
@_code
@_since
@click.option("--waiting", is_flag=True, help="Only letters that were not sent again.")
@click.option("--limit", default=50, show_default=True, type=LIMIT, help="Newest first.")
@json_option
def list_(topic: str | None, code: str | None, since: datetime, waiting: bool, limit: int, as_json: bool) -> None:
    """Count dead letters by topic and reason, and list the newest.

    \b
    Examples:
      tidewheel dead-letters list
      tidewheel dead-letters list --topic clicks --code future --since 2h
    """
    wanted = Wanted(topic or "", code or "", since)
    with Connections(settings.load()) as stores:
        counts = letters.counts(stores.warehouse, wanted)
        rows = letters.listed(stores.warehouse, wanted, waiting, limit)
    if as_json:
        print_json({"counts": counts, "letters": rows})
        return
    if counts:
        print_table(counts, _COUNTS)
        click.echo()
    empty = "No dead letters." if not counts else "None waits: all of them were sent again."
    print_rows(rows, as_json, empty, _LETTERS, lambda row: row["reason"])


@dead_letters.command()
@click.argument("topic", type=TOPIC)
@click.argument("partition", type=Whole(0, 2**32 - 1))
@click.argument("offset", type=Whole(0, 2**63 - 1))
@click.option(
    "--topic-id",
    type=IDENTIFIER,
    help="Kafka's id of the topic, where it was made anew; the newest letter by default.",
)
@click.option("--out", type=FilePath(dir_okay=False), help="Write the original bytes to this file.")
@json_option
def show(topic: str, partition: int, offset: int, topic_id: str | None, out: Path | None, as_json: bool) -> None:
    """Show one dead letter: why it was not accepted, its key, and its original bytes as text or as a hex dump.

    \b
    Examples:
      tidewheel dead-letters show clicks 0 17
      tidewheel dead-letters show clicks 0 17 --out letter.json    then mend it and `tidewheel emit letter.json`
    """
    with Connections(settings.load()) as stores:
        letter = letters.one(stores.warehouse, topic, partition, offset, topic_id or "")
    if out is not None:
        _write(out, letter["value"])
    if as_json:
        print_json(letter | {name: _plain(letter[name]) for name in ("key", "value")})
        return
    for name in ("topic", "partition", "offset", "topic_id", "code", "reason", "received_at", "replayed_at", "bytes"):
        click.echo(f"{name:<12} {cell(letter[name])}")
    say(f"{'key':<12} {printable(letter['key'].decode('utf-8', 'backslashreplace')) or '-'}")
    say(f"\n{_legible(letter['value'])}" if out is None else f"\n{letter['bytes']:,} bytes are in {out}")


@dead_letters.command()
@_topic
@_code
@_since
@click.option("--force", is_flag=True, help="Also send letters that would be rejected again: they become new ones.")
@click.option("--dry-run", is_flag=True, help="Only say which would be accepted now.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def replay(
    topic: str | None, code: str | None, since: datetime, force: bool, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Send dead letters again, with their original key and bytes, to the topic they came from.

    Only those that would be accepted now, each once: a letter is marked when the broker has it. Should this be killed
    between the two, that portion is sent again next time, which changes nothing, because events count by their id.

    \b
    Examples:
      tidewheel dead-letters replay --dry-run
      tidewheel dead-letters replay --topic clicks --code future --yes
    """
    wanted, now = Wanted(topic or "", code or "", since), datetime.now(UTC)
    with Connections(settings.load()) as stores:
        if not yes or dry_run:
            outcome = letters.replay(
                stores.warehouse, None, wanted, now, stores.signing.objection, stores.where.tenants
            )
            _report(outcome)
        going = yes or outcome.accepted + (outcome.rejected.total() if force else 0)
        if going and not dry_run:
            if not yes:
                click.confirm(f"Send {going:,} letters again?", abort=True, err=True)
            with stores.lease("replay"), stores.producer() as producer:
                outcome = _send(stores, producer, wanted, now, force)
    if as_json:
        print_json({"accepted_now": outcome.accepted, "rejected_again": dict(outcome.rejected), "sent": outcome.sent})
        return
    if yes and not dry_run:
        _report(outcome)
    click.echo("Nothing was sent." if not outcome.sent else f"Sent {outcome.sent:,} letters again.")


def _send(stores: Connections, producer: Sends, wanted: Wanted, now: datetime, force: bool) -> Outcome:
    """Send them, showing how many of those that wait; an interruption says how many were sent."""
    sent = 0
    waiting = sum(row["letters"] - row["replayed"] for row in letters.counts(stores.warehouse, wanted))
    with progress("sending letters", waiting) as shown:

        def advance(letters_sent: int) -> None:
            nonlocal sent
            sent += letters_sent
            shown(sent)

        try:
            return letters.replay(
                stores.warehouse,
                producer,
                wanted,
                now,
                stores.signing.objection,
                stores.where.tenants,
                force,
                10,
                advance,
            )
        except KeyboardInterrupt as error:
            raise Interrupted(
                f"interrupted after {sent:,} letters were sent; the same command sends the rest"
            ) from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"cannot write there: {error}", param_hint="--out") from error


def _report(outcome: Outcome) -> None:
    click.echo(f"{outcome.accepted:,} would be accepted now, {outcome.rejected.total():,} rejected again", err=True)
    for letter, rejection in outcome.still:
        index = f"{letter.topic}/{letter.partition}/{letter.offset}"
        say(f"  {index}  {rejection.code}: {rejection.reason}", err=True)


def _text(content: bytes) -> str | None:
    """Return the bytes as text if they are text that a terminal can show."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return text if printable_lines(text) == text else None


def _plain(content: bytes) -> dict[str, str]:
    text = _text(content)
    return {"base64": b64encode(content).decode()} if text is None else {"text": text}


def _legible(content: bytes) -> str:
    shown, text = content[:_SHOWN_BYTES], _text(content)
    more = len(content) - len(shown)
    legible = _dump(shown) if text is None else shown.decode("utf-8", "ignore")
    return legible + (f"\n... {more:,} bytes more; --out FILE writes all" if more > 0 else "")


def _dump(content: bytes) -> str:
    """Return a hex dump: position, sixteen bytes, and the ASCII among them."""
    lines = []
    for start in range(0, len(content), 16):
        part = content[start : start + 16]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {readable}")
    return "\n".join(lines)
