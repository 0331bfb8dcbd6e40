"""The gate's benchmark at a small size, with implementations that it must find out, and its rule for goals."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.gate.command import surely_above
from bench.gate.worlds import SHAPES, Effect, behaviours, drawn

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "gate", "--worlds", "60", "--queries", "300", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_the_gate_keeps_its_promises_at_a_small_size() -> None:
    status, report, progress = run()
    assert (status, report["missed"]) == (0, []), progress
    (row,) = report["without_effect"]
    assert row["false_win_12_looks"] >= row["false_win"]
    by_gain = {row["gain"]: row for row in report["power"]}
    assert by_gain[0.02]["first_look"] < by_gain[0.05]["first_look"] <= by_gain[0.1]["first_look"]
    assert all(row["betting"] <= row["first_look"] for row in report["power"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "missed"),
    [
        ("forgetful", "false_win_12_looks"),
        ("singly", "12_looks"),
        ("uncorrected", "refused by slices"),
        ("pointwise", "false_loss"),
    ],
)
def test_a_wrong_implementation_is_found_out(sabotage: str, missed: str) -> None:
    status, report, progress = run("--sabotage", sabotage)
    assert status == 1, progress
    assert any(missed in goal for goal in report["missed"]), report["missed"]


@pytest.mark.parametrize(("effect", "mean"), [*((Effect(0.0, s), 0.0) for s in SHAPES), (Effect(0.05), 0.05)])
def test_worlds_have_the_difference_that_they_say(effect: Effect, mean: float) -> None:
    rng = np.random.default_rng(5)
    found = [(s.candidate - s.live).mean() for s in (drawn(400, effect, rng) for _ in range(250))]
    assert np.mean(found) == pytest.approx(mean, abs=0.003)


def test_worlds_have_behaviours_that_turn_to_both_sides_alike() -> None:
    rng = np.random.default_rng(5)
    drawn_once = rng.bit_generator.state
    tallies = [tally for _ in range(400) for tally in behaviours(rng).values()]
    assert rng.bit_generator.state == drawn_once, "scores are the same with and without"
    lost, won, groups = (sum(getattr(one, name) for one in tallies) for name in ("lost", "won", "groups"))
    assert lost / groups == pytest.approx(won / groups, rel=0.1)
    assert 0.05 < lost / groups < 0.1
    assert all(one.live - one.candidate == (one.lost - one.won) * one.tests // one.groups for one in tallies)


@pytest.mark.parametrize(
    ("share", "worlds", "above"), [(0.05, 500, False), (0.06, 500, False), (0.08, 500, True), (0.0, 9, False)]
)
def test_a_share_is_above_when_chance_does_not_explain_it(share: float, worlds: int, above: bool) -> None:
    assert surely_above(share, worlds) is above
