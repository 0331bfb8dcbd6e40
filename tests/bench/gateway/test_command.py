"""The gateway's benchmark at its quick size: it measures what it says, and nothing is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_it_measures_both_and_loses_nothing() -> None:
    command = [sys.executable, "-m", "bench", "gateway", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["lost"], report["acknowledged"]) == (0, report["faults"])
    assert report["vs_bare"] > 0
    assert set(report["per_s"]) == set(report["p95_ms"]) == {"ours", "bare"}
    assert report["tried_again"] > 0
    assert (report["sdk"]["taken"], report["sdk"]["lost"]) == (report["faults"], 0)
    assert report["sdk"]["spilled"] > 0
