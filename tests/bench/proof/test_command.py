"""The proof's benchmark at a small size, and with implementations that it must find out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.proof.damage import KINDS, SAMPLED

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "proof", "--pages", "60", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_every_kind_of_damage_is_found_and_mended_and_nothing_else_touched() -> None:
    status, report, progress = run()
    assert status == 0, progress
    assert report["kinds"].keys() == {*KINDS, *SAMPLED}
    for name, kind in report["kinds"].items():
        assert kind["planted"] == kind["found"] == kind["mended"] >= 1, name
        assert kind["touched"] == 0, name
    assert report["planted"] == report["found"] == report["mended"] >= len(KINDS)
    assert report["audit"]["planted"] == report["audit"]["mended"] <= report["audit"]["found"]
    assert report["audit"]["hours"] <= 13
    assert (report["proof"]["mismatches"], report["proof"]["sampled"]) == (0, report["rows"])
    assert report["proof"]["recall_at_10"] > 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "missed", "count"),
    [
        ("blind", {"one_wrong_vector", "one_bit_of_a_vector", "swapped_vectors", "wrong_authority"}, "found"),
        ("trusting", {"one_percent_of_vectors_wrong_from_the_start"}, "found"),
        ("thorough", {"wrong_text", "missing_row", "wider_list"}, "touched"),
    ],
)
def test_a_wrong_implementation_is_found_out(sabotage: str, missed: set[str], count: str) -> None:
    status, report, progress = run("--sabotage", sabotage)
    assert status == 1, progress
    right = {"found": lambda kind: kind["found"] == kind["planted"], "touched": lambda kind: kind["touched"] == 0}
    wrong = {name for name, kind in report["kinds"].items() if not right[count](kind)}
    assert missed <= wrong, progress
