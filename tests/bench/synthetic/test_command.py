"""The benchmark's figures, and the whole at its quick size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.synthetic.command import line
from tests.bench.synthetic.test_lessons import a_world

ROOT = Path(__file__).parents[3]


def test_gains_are_means_with_intervals_over_groups() -> None:
    def of(*test: int) -> dict[str, dict[str, list[int]]]:
        return {"test": {"each_served": list(test)}, "guard": {"each_served": []}}

    found = line(a_world(), of(0, 0, 0), of(300, 300, 0), of(600, 300, 300))
    assert found["gain_test"][0] == 0.2
    assert found["added_test"][0] == 0.2
    assert found["added_test"][1] <= 0.2 <= found["added_test"][2]
    assert found["gain_guard"] == [0.0, 0.0, 0.0]


@pytest.mark.slow
@pytest.mark.open
def test_the_whole_benchmark_runs_at_its_quick_size(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "synthetic", "--quick", "--draws", "1", "--directory", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout.splitlines()[-1])["lines"]
    assert found["synthetic"] > 0
    assert found["added_test"][1] <= found["added_test"][0] <= found["added_test"][2]
