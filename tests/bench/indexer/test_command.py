"""The indexer's benchmark at a tiny size, and with an embedding store that never finds anything."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.indexer.command import MOST, missed

ROOT = Path(__file__).parents[3]
GOOD = {**MOST, "vs_bare_encode": 1.0}


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "indexer", "--documents", "30", "--quick", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_a_build_is_measured_and_nothing_is_embedded_twice() -> None:
    _, report, progress = run()
    build = report["build"]
    assert build["embedded"] == report["different"] < report["passages"], progress
    assert build["sampled"] == report["passages"]
    assert report["vs_bare_encode"] > 0
    assert report["unchanged_reembedded"] == 0
    assert report["one_sentence_reembedded"] >= 1
    assert 0 <= report["after_kill_reembedded"] <= MOST["after_kill_reembedded"]
    assert 0 < report["rss_mib_peak"] <= MOST["rss_mib_peak"]


@pytest.mark.slow
def test_a_store_that_never_finds_anything_is_found_out() -> None:
    status, report, progress = run("--sabotage", "forgetful")
    assert status == 1, progress
    assert report["unchanged_reembedded"] >= report["different"]
    assert "unchanged_reembedded" in report["missed"]


def test_every_goal_is_held_and_the_speed_in_a_full_run_alone() -> None:
    assert missed(GOOD, with_speed=True) == []
    for name in MOST:
        assert missed({**GOOD, name: MOST[name] + 1}, with_speed=False) == [name]
    slow = {**GOOD, "vs_bare_encode": 0.9}
    assert (missed(slow, with_speed=True), missed(slow, with_speed=False)) == (["vs_bare_encode"], [])
