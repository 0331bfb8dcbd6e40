"""The benchmark at its quick size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.recipe.recipes import LIBRARY, MOST

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.open
def test_the_whole_benchmark_runs_at_its_quick_size(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "recipe", "--quick", "--directory", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["failed"] == []
    assert {row["recipe"] for row in found["recipes"]} == {MOST.label(), LIBRARY.label()}
    assert 0 < found["base"]["test"]["dense"] < 1
    assert found["over_library"][0]["test_served_interval"][0] <= found["over_library"][0]["test_served"]
