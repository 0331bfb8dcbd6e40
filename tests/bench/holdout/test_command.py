"""The hold-out's benchmark at a small size, and with implementations that it must find out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "holdout", "--documents", "80", "--searches", "120", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_over_a_year_nothing_that_tested_taught_and_most_can_still_be_tested() -> None:
    status, report, progress = run()
    assert status == 0, progress
    assert (report["tested_then_taught"], report["taught_then_tested"], report["at_once"]) == (0, 0, 0)
    assert [row["month"] for row in report["months"]] == list(range(1, 13))
    assert report["months"][-1]["testable"] > 0.15
    assert report["beside"]["hash_alone"]["tested_then_taught"] > 0, "texts come between the sides"
    assert report["beside"]["anew"]["tested_then_taught"] > 10 * report["beside"]["hash_alone"]["tested_then_taught"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "seen"),
    [
        ("nameless", "taught_then_tested"),
        ("lenient", "taught_then_tested"),
        ("wordless", "tested_then_taught"),
        ("copyless", "tested_then_taught"),
    ],
)
def test_a_wrong_implementation_is_found_out(sabotage: str, seen: str) -> None:
    status, report, progress = run("--sabotage", sabotage)
    assert status == 1, progress
    assert report[seen] > 0, progress
