"""The freshness benchmark at its quick size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.freshness import command

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_every_change_is_found() -> None:
    run = [sys.executable, "-m", "bench", "freshness", "--quick"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    for name in ("idle", "changes", "importing"):
        assert 0 < report[name]["p50_s"] <= report[name]["p95_s"]
        assert report[name]["changes"] == 6
    assert report["changes"]["changes_a_second"] > 1


def test_an_unknown_scenario_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--scenarios", "idle,never"])
    assert "unknown: never; there are idle, changes, importing" in capsys.readouterr().err
