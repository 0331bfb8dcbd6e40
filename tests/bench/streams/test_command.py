"""The comparison at a tiny size: every figure is there and plausible, and nobody lost an event."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.streams.events import POISON_EVERY, made
from schemas import codec
from schemas.topics import TOPICS

ROOT = Path(__file__).parents[3]


def test_the_events_are_valid_but_for_the_poison_and_of_as_many_people_as_asked() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    rejected, people = 0, set()
    for topic, key, value in made(2 * POISON_EVERY, 500, now):
        event = codec.decode(TOPICS[topic], key, value, now)
        rejected += isinstance(event, codec.Rejection)
        people.add(key)
    assert rejected == 2
    assert len(people) == 500


def test_the_events_are_the_same_every_time() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert list(made(100, 10, now)) == list(made(100, 10, now))


@pytest.mark.slow
def test_a_small_comparison_is_complete_and_plausible() -> None:
    events = 4_000
    command = [sys.executable, "-m", "bench", "streams", "--events", str(events), "--users", "300"]
    options = ["--against", "floor,take,event", "--limit", "5"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["events"] == events
    assert report["missing"] == 0
    assert 100 < report["events_per_s"] < 2_000_000
    assert report["seconds"] * report["events_per_s"] == pytest.approx(events, rel=0.05)
    assert report["closed_s"] > report["seconds"]
    assert 0 < report["cpu_s_per_million"] < 10_000
    assert 50 < report["rss_mib_start"] <= report["rss_mib_end"] * 1.5 < 3_000
    assert report["vs_quix"] is None
    assert report["vs_plain_faust_per_event"] > 1
    floor = report["contestants"]["floor"]["events_per_s"]  # waits for fetches at this size: no measure of speed
    assert report["vs_floor"] == pytest.approx(report["events_per_s"] / floor, rel=0.01)
    assert report["contestants"]["take"]["missing"] == 0
    assert report["contestants"]["event"]["events"] > 0
