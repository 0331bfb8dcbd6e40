import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.verdicts.command import missed_goals

ROOT = Path(__file__).parents[3]


def test_goals_are_missed_by_gains_that_are_not_seen_and_by_false_wins() -> None:
    seen = {"live": "base", "careless": 0.05, "win_when_gain": 0.9, "win_when_no_gain": 0.0}
    assert missed_goals([seen]) == []
    assert len(missed_goals([seen, {**seen, "careless": 0.3, "win_when_gain": 0.4}])) == 1
    assert len(missed_goals([{**seen, "win_when_gain": 0.7}])) == 1
    assert len(missed_goals([{**seen, "careless": 0.3, "win_when_no_gain": 0.1}])) == 1
    assert len(missed_goals([{**seen, "win_when_gain": None}])) == 1, "a world without gains proves nothing"


@pytest.mark.slow
@pytest.mark.open
def test_the_whole_benchmark_runs_at_its_quick_size(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "verdicts", "--quick", "--directory", str(tmp_path), "--trials", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found["as_judged"]) == len(found["clicks"]) == 4
