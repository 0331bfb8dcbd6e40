"""What the README shows works: its events are events, its commands exist, its files are there."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from console.cli import cli
from operations.events import Problem, read_events
from schemas.envelope import Event

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
NOW = datetime(2026, 12, 31, tzinfo=UTC)


def test_every_event_shown_is_one(tmp_path: Path) -> None:
    shown = tmp_path / "shown.jsonl"
    shown.write_text("\n".join(re.findall(r"```json\n(.*?)```", README, re.DOTALL)))
    with shown.open("rb") as lines:
        found = list(read_events(lines, NOW))
    assert len(found) >= 4
    assert not [item for item in found if isinstance(item, Problem)]


def test_the_first_steps_file_is_whole_and_of_one_tenant() -> None:
    with (ROOT / "docs" / "acme.jsonl").open("rb") as lines:
        found = list(read_events(lines, NOW))
    assert all(isinstance(item, Event) and item.tenant == "acme" for item in found)
    kinds = {json.loads(line)["type"] for line in (ROOT / "docs" / "acme.jsonl").read_text().splitlines()}
    assert kinds == {"DocumentUpserted", "DocumentOpened", "CitationOpened", "Reacted"}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"^ {4}tidewheel ([a-z-]+)", README, re.MULTILINE))))
def test_every_command_shown_exists(name: str) -> None:
    assert cli.get_command(click.Context(cli), name) is not None


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\b(docs/[\w./-]+|docker-compose\.yml)", README))))
def test_every_file_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()
