"""The README's one event, by curl, by the SDK and by a Kafka client, as written there: one and the same."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from schemas.activity import DocumentOpened
from schemas.codec import decode
from schemas.topics import CLICKS
from stores.settings import environment_with
from tests.console.running import records
from tests.gateway.conftest import shared, world
from tests.gateway.world import NOW, World
from tests.test_house import ROOT, SDK

__all__ = ["shared", "world"]


def shown(name: str) -> str:
    """The example that stands under this mark."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.thorough
def test_the_same_event_in_three_ways(world: World, tmp_path: Path) -> None:
    world.now = datetime.now(UTC)
    environment = environment_with(
        {
            "GATEWAY": world.url,
            "KEY": world.key("acme", "events"),
            "TIDEWHEEL_KAFKA_BOOTSTRAP": world.where.kafka_bootstrap,
            "PYTHONPATH": str(SDK),
        }
    )
    for command in (
        ["bash", "-euc", shown("by-curl")],
        [sys.executable, "-c", shown("by-sdk")],
        [sys.executable, "-c", shown("by-kafka")],
    ):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "refused" not in done.stdout.replace('"refused":0', "")
    world.now = NOW
    found = records(world.where, CLICKS, b'"c7"', 3)
    events = [decode(CLICKS, raw.key, raw.value, datetime.now(UTC)) for raw in found]
    assert len(events) == 3
    assert isinstance(events[0], DocumentOpened)
    assert events[0] == events[1] == events[2]
    assert len({raw.key for raw in found}) == len({raw.partition for raw in found}) == 1


def test_the_snippet_and_its_setting_are_those_that_are_tested() -> None:
    text = (ROOT / "README.md").read_text()
    for name in ("data-gateway", "data-tidewheel-token", "data-tidewheel-document"):
        assert name in text
        assert name in (ROOT / "sdk" / "browser" / "tidewheel.js").read_text()
    assert "[gateway.pages]" in text
    assert orjson.loads(re.findall(r"^origins = (.*)$", text, re.MULTILINE)[0])
