import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from console.cli import cli
from console.dead_letters import Moment
from schemas.activity import DocumentOpened
from schemas.codec import encode
from schemas.topics import CLICKS, REACTIONS, key_of
from stores.errors import Refused
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.streams.lives import NOW, Streams, day, streams

Run = Callable[..., Result]


@pytest.fixture
def town(stack: Settings, tenant: str) -> Iterator[Streams]:
    with streams(stack, f"letters_{tenant}") as running:
        yield running


@pytest.fixture
def run(stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> Run:
    point_at(stack, town.warehouse.database, monkeypatch)
    return lambda *arguments, **given: CliRunner().invoke(cli, ["dead-letters", *arguments], **given)


@pytest.fixture
def put_aside(town: Streams, tenant: str) -> DocumentOpened:
    """One letter whose date has come since, one that is no event, one that is no text."""
    click_event = next(e for e in day(tenant, "u", "words", hours=-1) if isinstance(e, DocumentOpened))
    town.read(CLICKS, [(key_of(click_event), encode(click_event)), (None, b'{"user": "\\u001b[31m", "oops": 1}')])
    town.read(REACTIONS, [(None, b"\xff\x00\x1b[2J")])
    return click_event


@pytest.mark.thorough
def test_list_counts_by_reason_and_filters(run: Run, put_aside: DocumentOpened) -> None:
    result = run("list")
    assert result.exit_code == 0
    assert "future" in result.stdout
    assert "not_json" in result.stdout
    found = json.loads(run("list", "--json", "--topic", "clicks").stdout)
    assert {(c["code"], c["letters"]) for c in found["counts"]} == {("future", 1), ("invalid", 1)}
    assert {letter["offset"] for letter in found["letters"]} == {0, 1}
    assert json.loads(run("list", "--json", "--code", "future").stdout)["letters"][0]["bytes"] == len(encode(put_aside))
    late = (NOW + timedelta(minutes=1)).isoformat()
    assert json.loads(run("list", "--json", "--since", late).stdout) == {"counts": [], "letters": []}
    assert "No dead letters." in run("list", "--since", "0s").stdout


@pytest.mark.thorough
def test_show_gives_the_original_bytes_and_nothing_that_a_terminal_obeys(
    run: Run, put_aside: DocumentOpened, tmp_path: Path
) -> None:
    result = run("show", "clicks", "0", "0")
    assert encode(put_aside).decode() in result.stdout
    assert "in the future" in result.stdout
    binary = run("show", "reactions", "0", "0")
    assert "ff 00 1b 5b 32 4a" in binary.stdout
    assert "\x1b" not in binary.stdout
    shown = json.loads(run("show", "reactions", "0", "0", "--json").stdout)
    assert b64decode(shown["value"]["base64"]) == b"\xff\x00\x1b[2J"
    assert json.loads(run("show", "clicks", "0", "1", "--json").stdout)["value"]["text"].startswith("{")
    run("show", "reactions", "0", "0", "--out", str(tmp_path / "bytes"))
    assert (tmp_path / "bytes").read_bytes() == b"\xff\x00\x1b[2J"
    assert isinstance(run("show", "clicks", "3", "9").exception, Refused)


@pytest.mark.thorough
def test_replay_asks_sends_what_is_accepted_now_once_and_says_what_is_not(run: Run, put_aside: DocumentOpened) -> None:
    dry = run("replay", "--dry-run")
    assert "1 would be accepted now, 2 rejected again" in dry.stderr
    assert "clicks/0/1  invalid" in dry.stderr
    assert "Nothing was sent." in dry.stdout
    refused = run("replay", input="n\n")
    assert refused.exit_code == 1
    assert json.loads(run("list", "--json", "--waiting").stdout)["letters"].__len__() == 3
    assert "Sent 1 letters again." in run("replay", input="y\n").stdout
    assert json.loads(run("replay", "--yes", "--json").stdout) == {
        "accepted_now": 0, "rejected_again": {"invalid": 1, "not_json": 1}, "sent": 0,
    }  # fmt: skip
    assert json.loads(run("replay", "--yes", "--json", "--force", "--topic", "reactions").stdout)["sent"] == 1
    assert [x["offset"] for x in json.loads(run("list", "--json", "--waiting").stdout)["letters"]] == [1]


def test_moments_are_dates_or_durations() -> None:
    read = Moment()
    ago = datetime.now(UTC) - read.convert("90m", None, None)
    assert timedelta(minutes=89) < ago < timedelta(minutes=91)
    assert read.convert("2026-11-01", None, None) == datetime(2026, 11, 1, tzinfo=UTC)
    assert read.convert("2026-11-01T09:00+02:00", None, None) == datetime(2026, 11, 1, 7, tzinfo=UTC)
    with pytest.raises(click.BadParameter, match="neither a past time"):
        read.convert("yesterday", None, None)
