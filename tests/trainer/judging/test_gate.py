"""The gate on made-up differences whose truth is known."""

import numpy as np
import numpy.typing as npt
import pytest

from trainer.judging import gate
from trainer.judging.gate import GateRules, Scores, Verdict, interval, judge

RULES = GateRules(resamples=2_000)
Array = npt.NDArray[np.float64]


def scores(differences: Array, **more: object) -> Scores:
    n = len(differences)
    known = {
        "candidate": 0.5 + differences,
        "live": np.full(n, 0.5),
        "groups": list(range(n)),
        "slices": [("factoid",)] * n,
    }
    return Scores(**(known | more))  # type: ignore[arg-type]  # a test's shorthand


def verdict(differences: Array, **more: object) -> Verdict:
    return judge(scores(differences, **more), {}, RULES)


def drawn(mean: float, n: int, seed: int) -> Array:
    """Differences of nDCG look like this: most queries do not move, some move a lot."""
    rng = np.random.default_rng(seed)
    moved = rng.random(n) < 0.4
    return np.where(moved, rng.normal(0.0, 0.3, n), 0.0) + mean


def test_no_effect_wins_rarely() -> None:
    wins = [verdict(drawn(0.0, 150, seed)).verdict == "WIN" for seed in range(300)]
    assert np.mean(wins) <= 0.05, "a two-sided 95 % interval lies above zero by chance in 2.5 % of the runs"


def test_a_real_effect_wins_and_a_real_loss_loses() -> None:
    assert np.mean([verdict(drawn(0.08, 200, s)).verdict == "WIN" for s in range(40)]) >= 0.9
    assert np.mean([verdict(drawn(-0.08, 200, s)).verdict == "LOSS" for s in range(40)]) >= 0.9


def test_a_gain_too_small_to_pay_is_inconclusive() -> None:
    answer = verdict(np.full(200, 0.005))
    assert (answer.verdict, "not worth" in answer.reasons[0]) == ("INCONCLUSIVE", True)


def test_too_few_queries_or_groups_are_inconclusive_however_good() -> None:
    assert verdict(np.full(49, 0.5)).verdict == "INCONCLUSIVE"
    assert verdict(np.full(200, 0.5), groups=[n % 24 for n in range(200)]).verdict == "INCONCLUSIVE"
    assert verdict(np.full(200, 0.5)).verdict == "WIN"
    assert verdict(np.zeros(0)).verdict == "INCONCLUSIVE"


def test_queries_of_one_group_are_not_independent() -> None:
    differences = np.repeat(drawn(0.05, 30, 1), 10)
    alone = interval(differences, list(range(300)), RULES)
    grouped = interval(differences, [n // 10 for n in range(300)], RULES)
    assert grouped.mean == pytest.approx(alone.mean)
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = []
    for seed in range(300):
        found = interval(drawn(0.05, 120, seed), list(range(120)), RULES)
        covered.append(found.low <= 0.05 <= found.high)
    assert 0.90 <= np.mean(covered) <= 0.99


def test_a_slice_that_became_worse_blocks_a_win() -> None:
    differences = np.concatenate([np.full(160, 0.1), np.full(30, -0.05)])
    slices = [("factoid",)] * 160 + [("factoid", "guard")] * 30
    answer = verdict(differences, slices=slices)
    assert answer.verdict == "LOSS"
    assert any("'guard'" in reason for reason in answer.reasons)
    small = np.concatenate([np.full(160, 0.1), np.full(19, -0.05)])
    assert verdict(small, slices=slices[:179]).verdict == "WIN", "too few to decide by"


def test_a_lost_behaviour_blocks_a_win() -> None:
    gain = scores(np.full(100, 0.1))
    assert judge(gain, {"acronym": (40, 39, 30)}, RULES).verdict == "LOSS"
    assert judge(gain, {"acronym": (40, 39, 38)}, RULES).verdict == "WIN"
    assert judge(gain, {"acronym": (19, 19, 0)}, RULES).verdict == "WIN", "too few to decide by"


def test_a_void_comparison_decides_nothing_and_says_why() -> None:
    win = verdict(np.full(100, 0.1))
    assert win.verdict == "WIN"
    void = gate.void(win, "'base' is not live any more")
    assert (void.verdict, void.difference) == ("INCONCLUSIVE", win.difference)
    assert void.reasons == ("'base' is not live any more, so the comparison with it is void; train again",)


def test_a_verdict_can_be_repeated() -> None:
    assert verdict(drawn(0.03, 100, 5)) == verdict(drawn(0.03, 100, 5))
