"""The search benchmark at its quick size: it measures what it says it measures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_quick_run_answers_everything_on_both_sides() -> None:
    command = [sys.executable, "-m", "bench", "search", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_200, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["empty"] == {"ours": 0, "handwritten": 0}
    assert set(report["per_second"]) == {"ours", "handwritten"}
    for name in report["per_second"]:
        assert set(report["per_second"][name]) == {"1", "4", "16"}
        assert 0 < report["p50_ms"][name] <= report["p95_ms"][name]
    assert report["building_requests"] >= 10
    assert report["cli_s"] > 0
