"""Drift's benchmark at a tiny size; what is kept is not measured again."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.drift.scenarios import DRIFT, QUIET, named

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "drift", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_a_tiny_run_finds_a_drift_asks_for_nothing_else_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    options = (
        "--runs",
        "2",
        "--scenario",
        "calm",
        "topic_50",
        "--workers",
        "1",
        "--peer-runs",
        "0",
        "--directory",
        str(tmp_path),
    )
    status, report, progress = run(*options)
    assert report["within_2_windows"] == {"topic_50": 1.0}, progress
    assert report["false_requests_per_90_days"]["calm"]["requests"] <= 2
    assert report["requests_with_refusals_90_days"]["most"] <= 2
    assert status == (1 if report["missed"] else 0)
    kept = (tmp_path / "runs.jsonl").read_bytes()
    again = run(*options)[1]
    assert (tmp_path / "runs.jsonl").read_bytes() == kept
    assert again["drift"] == report["drift"]


def test_every_scenario_has_a_name_of_its_own() -> None:
    names = [scenario.name for scenario in (*QUIET, *DRIFT)]
    assert len(set(names)) == len(names)
    assert all(named(name).name == name for name in names)
