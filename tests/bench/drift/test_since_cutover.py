"""The benchmark of the watch after a cutover finds a rule that looks too often at a fixed interval, and a blind one."""

import pytest

from bench.drift import since_cutover as bench
from retrieval import satisfied_shares


@pytest.mark.thorough
def test_the_product_s_rule_is_seldom_wrong_and_finds_large_losses() -> None:
    found = bench.measured(20, 1)
    assert max(found["after_cutover_false_rollbacks"].values()) <= 0.1
    assert found["after_cutover_missed_losses"]["2000 people, -10 points"] == 0.0
    assert found["after_cutover_median_days"]["2000 people, -10 points"] <= 7


def test_an_interval_for_one_look_asks_for_many_rollbacks_without_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "PEOPLE", (400,))
    monkeypatch.setattr(satisfied_shares, "_at_all_times", lambda people: 1.96)
    assert bench.measured(40, 1)["after_cutover_false_rollbacks"]["400 people"] > 0.1
    monkeypatch.setattr(satisfied_shares, "_at_all_times", lambda people: 1e9)
    assert bench.measured(10, 1)["after_cutover_missed_losses"]["400 people, -10 points"] == 1.0
