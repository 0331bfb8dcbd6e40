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
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_nothing_leaks_in_any_scenario() -> None:
    status, report, progress = run()
    assert not report["failed"], progress
    assert not {kind: count for kind, count in report["leaks"].items() if count}, progress
    assert status == 0, progress
    assert set(report["leaks"]) == {"results", "ranks", "scores", "counts", "packets", "reports"}
    assert report["tries"] >= 600
    assert list(report["scenarios"]) == ["scored", "idle", "frozen", "rolled_back", "backlog"]
    for name, scenario in report["scenarios"].items():
        if name != "scored":
            assert 0 <= scenario["revocation_p50_ms"] <= scenario["revocation_p99_ms"]
            assert 0 <= scenario["deletion_p50_ms"] <= scenario["deletion_p99_ms"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "scenario", "kinds"),
    [
        ("row-copy", "frozen", {"results"}),
        ("early-scores", "scored", {"scores", "ranks"}),
        ("open-papers", "rolled_back", {"packets", "reports"}),
    ],
)
def test_a_wrong_implementation_is_found_out(sabotage: str, scenario: str, kinds: set[str]) -> None:
    status, report, progress = run("--scenarios", scenario, "--sabotage", sabotage)
    assert status == 1, progress
    assert not report["failed"], progress
    leaking = {kind for kind, count in report["leaks"].items() if count}
    assert leaking, progress
    assert leaking <= kinds, progress
    assert (report["never_hidden"] > 0) == (sabotage == "row-copy"), progress
