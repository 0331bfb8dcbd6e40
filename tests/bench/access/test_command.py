"""The access benchmark at its quick size, and with a search that it must find out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "access", "--quick", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
@pytest.mark.open
def test_nothing_leaks_in_any_scenario() -> None:
    status, report, told = run()
    assert not report["failed"], told
    assert not {kind: count for kind, count in report["leaks"].items() if count}, told
    assert status == 0, told
    assert set(report["scenarios"]) == {"idle", "frozen", "rolled_back", "backlog"}
    assert report["tries"] >= 600
    for scenario in report["scenarios"].values():
        assert 0 <= scenario["revocation_p50_ms"] <= scenario["revocation_p99_ms"]
        assert 0 <= scenario["deletion_p50_ms"] <= scenario["deletion_p99_ms"]


@pytest.mark.slow
@pytest.mark.open
def test_a_check_of_the_vector_rows_copy_is_found_out() -> None:
    status, report, told = run("--scenarios", "frozen", "--sabotage", "row-copy")
    assert status == 1, told
    assert report["leaks"]["results"] > 0, told
    assert report["never_hidden"] > 0
