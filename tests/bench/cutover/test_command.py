"""The cutover benchmark at its quick size, and with services that it must find out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "cutover", "--quick", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
@pytest.mark.open
def test_nothing_fails_mixes_leaks_or_is_forgotten() -> None:
    status, report, progress = run()
    assert status == 0, progress
    for name in ("failed", "mixed", "resurrected", "leaked", "forgotten"):
        assert report[name] == 0, progress
    assert (report["cutovers"], report["rollbacks"]) == (2, 2)
    assert report["searches"] > 100
    assert report["changes_per_s"] > 1
    assert report["cutover_s_max"] > 0
    assert report["rollback_ms_max"] > 0


@pytest.mark.slow
@pytest.mark.open
@pytest.mark.parametrize(("sabotage", "shows"), [("two-reads", "mixed"), ("stale-standby", "forgotten")])
def test_a_wrong_implementation_is_found_out(sabotage: str, shows: str) -> None:
    status, report, progress = run("--sabotage", sabotage)
    assert status == 1, progress
    assert report[shows] > 0, progress
