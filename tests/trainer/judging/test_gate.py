"""The gate on made-up differences whose truth is known."""

import numpy as np
import numpy.typing as npt
import pytest

from tests.trainer.build import START
from trainer.judging import gate
from trainer.judging.bootstrap import Interval
from trainer.judging.gate import GateRules, Scores, Verdict, interval, judge
from trainer.judging.looks import Taken, next_look
from trainer.judging.model_tests import Tally

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


@pytest.mark.parametrize(
    ("judged", "answer"),
    [
        (Interval(-0.1, -0.15, -0.05, 30, 20), "LOSS"),
        (Interval(-0.1, -0.25, 0.05, 30, 20), "WIN"),
        (Interval(-0.1, -0.15, -0.05, 30, 9), "WIN"),
        (Interval(-0.005, -0.008, -0.002, 30, 20), "WIN"),
        (Interval(0.2, 0.1, 0.3, 30, 20), "WIN"),
        (None, "WIN"),
    ],
)
def test_a_sure_loss_on_what_people_judged_holds_a_gain_back(judged: Interval | None, answer: str) -> None:
    found = judge(scores(np.full(200, 0.5)), {}, RULES, judged=judged)
    assert found.verdict == answer
    assert ("people judged" in found.reasons[-1]) == (answer == "LOSS")


def test_what_people_judged_lets_nothing_win() -> None:
    assert judge(scores(np.zeros(200)), {}, RULES, judged=Interval(0.5, 0.4, 0.6, 99, 99)).verdict == "INCONCLUSIVE"


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
    small = np.concatenate([np.full(160, 0.1), np.full(9, -0.05)])
    assert verdict(small, slices=slices[:169]).verdict == "WIN", "too few groups to decide by"
    one_document = [*range(160), *(160 + n // 4 for n in range(30))]
    assert verdict(differences, slices=slices, groups=one_document).verdict == "WIN", "thirty queries in eight groups"


@pytest.mark.thorough
def test_harmless_slices_refuse_no_good_model() -> None:
    """Fifteen slices at once: by their means or at a level of their own they refused a third of the good models."""
    rng = np.random.default_rng(7)
    answers = []
    for seed in range(60):
        slices = [
            (f"a{n % 3}", f"b{n // 3 % 3}", *(f"c{k}" for k in range(9) if rng.random() < 0.2)) for n in range(200)
        ]
        answers.append(verdict(drawn(0.06, 200, seed), slices=slices).verdict)
    assert answers.count("LOSS") <= 3
    assert answers.count("WIN") >= 45


def test_the_surest_of_many_slices_needs_more_than_one_alone_would() -> None:
    differences = np.concatenate([np.full(160, 0.2), np.tile([-0.45, 0.25], 15) - 0.06])
    alone = scores(differences, slices=[()] * 160 + [("guard",)] * 30)
    crowd = scores(differences, slices=[tuple(f"kind {n}" for n in range(60))] * 160 + [("guard",)] * 30)
    assert judge(alone, {}, RULES).verdict == "LOSS"
    assert judge(crowd, {}, RULES).verdict == "WIN", "of 61 slices one looks bad by chance"


def test_what_would_not_win_is_refused_by_no_slice() -> None:
    differences = np.concatenate([np.tile([0.1, -0.09], 80), np.full(30, -0.05)])
    slices = [("factoid",)] * 160 + [("factoid", "guard")] * 30
    assert verdict(differences, slices=slices).verdict == "INCONCLUSIVE"


def test_a_later_look_needs_a_surer_gain() -> None:
    gain = drawn(0.035, 200, 3)
    first = next_look((), RULES)
    found = judge(scores(gain), {}, RULES, first)
    assert (found.verdict, found.look) == ("WIN", first)
    again = next_look([Taken(START, first.level, found_gain=False)], RULES)
    later = judge(scores(gain), {}, RULES, again)
    assert later.verdict == "INCONCLUSIVE"
    assert later.difference.low < 0 < found.difference.low
    assert "look 2 at the hold-out, interval at 99.58 %" in later.reasons[0]


def test_an_inconclusive_run_says_how_many_queries_would_show_the_planned_gain() -> None:
    found = verdict(drawn(0.0, 200, 5))
    assert found.verdict == "INCONCLUSIVE"
    assert found.needed is not None
    more = found.needed - 200
    assert f"shows in the next look with about {found.needed:,} held-out queries, {more:,} more" in found.reasons[1]
    level = next_look((), RULES).next_level
    shown = [interval(drawn(RULES.planned_gain, found.needed, s), range(found.needed), RULES, level) for s in range(60)]
    assert 0.6 < np.mean([one.low > 0 for one in shown]) < 0.95


def test_a_precise_comparison_needs_no_more() -> None:
    found = verdict(np.tile([0.02, -0.02], 100))
    assert "so there are enough to see one of that size" in found.reasons[1]


def tally(tests: int, lost: int, won: int = 0, groups: int | None = None) -> Tally:
    """The tally of tests of which live passes half of the rest, each turned test in a group of its own."""
    rest = (tests - lost - won) // 2
    return Tally(tests, rest + lost, rest + won, tests if groups is None else groups, lost, won)


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (tally(20, 20), "LOSS"),
        (tally(40, 9), "LOSS"),
        (tally(400, 9), "WIN"),  # as sure, but of a few in a hundred
        (tally(20, 2), "WIN"),  # a tenth of the tests, which chance does to one harmless model in eight
        (tally(20, 5), "WIN"),  # 1 in 32 by chance
        (tally(20, 8, 2), "WIN"),  # what was won speaks against a loss
        (tally(60, 12, 6), "WIN"),
        (tally(19, 19), "WIN"),  # too few to decide by
        (tally(40, 9, groups=9), "WIN"),  # copies of too few needs
    ],
)
def test_a_lost_behaviour_blocks_a_win_where_chance_does_not_explain_it(found: Tally, answer: str) -> None:
    gain = scores(np.full(100, 0.1))
    judged = judge(gain, {"acronym": found}, RULES)
    assert judged.verdict == answer
    assert any("fails behaviour 'acronym'" in reason for reason in judged.reasons) == (answer == "LOSS")


def test_slices_and_behaviours_share_one_level_and_what_is_broken_needs_none() -> None:
    gain, turned = np.full(200, 0.1), tally(20, 7)
    alone = scores(gain, slices=[()] * 200)
    assert judge(alone, {"acronym": turned}, RULES).verdict == "LOSS", "1 in 128 by chance"
    crowd = scores(gain, slices=[tuple(f"kind {n}" for n in range(9))] * 200)
    assert judge(crowd, {"acronym": turned}, RULES).verdict == "WIN", "of ten parts one looks so by chance"
    others = {f"behaviour {n}": tally(20, 0) for n in range(9)}
    assert judge(alone, others | {"acronym": turned}, RULES).verdict == "WIN"
    two = judge(alone, others | {"acronym": tally(20, 9), "general": tally(20, 20)}, RULES)
    assert [reason.split(":")[0] for reason in two.reasons[1:]] == [
        "fails behaviour 'general'",
        "fails behaviour 'acronym'",
    ]
    broken = {f"behaviour {n}": tally(20, 0) for n in range(60)} | {"acronym": tally(20, 12, 2)}
    assert judge(alone, broken, RULES).verdict == "LOSS", "half of what it did is gone"
    one_worse = scores(np.concatenate([gain, np.full(30, -0.05)]), slices=[()] * 200 + [("guard",)] * 30)
    both = judge(one_worse, {"general": tally(20, 20)}, RULES)
    assert sum("'guard'" in reason or "'general'" in reason for reason in both.reasons) == 2


def test_what_would_not_win_is_refused_by_no_behaviour_and_no_judgment() -> None:
    """Twelve looks at candidates without effect would find one with a bad behaviour."""
    level = scores(np.tile([0.1, -0.1], 60))
    assert judge(level, {"acronym": tally(40, 40)}, RULES).verdict == "INCONCLUSIVE"
    assert judge(level, {}, RULES, judged=Interval(-0.1, -0.15, -0.05, 30, 20)).verdict == "INCONCLUSIVE"


@pytest.mark.parametrize("turning", [0.05, 0.1])
@pytest.mark.parametrize("tests", [20, 60])
def test_a_harmless_model_is_refused_by_behaviours_no_oftener_than_promised(turning: float, tests: int) -> None:
    """Four behaviours, each of which loses as often as it wins; by the share alone up to two in three were refused."""
    gain, rng = scores(np.full(60, 0.1), slices=[()] * 60), np.random.default_rng(3)
    rules = GateRules(resamples=100)

    def turned() -> Tally:
        lost, won, _ = rng.multinomial(tests, [turning, turning, 1 - 2 * turning])
        return tally(tests, int(lost), int(won))

    refused = [judge(gain, {f"b{n}": turned() for n in range(4)}, rules).verdict == "LOSS" for _ in range(400)]
    assert np.mean(refused) <= RULES.first


def test_a_void_comparison_decides_nothing_and_says_why() -> None:
    win = verdict(np.full(100, 0.1))
    assert win.verdict == "WIN"
    void = gate.void(win, "'base' is not live any more")
    assert (void.verdict, void.difference) == ("INCONCLUSIVE", win.difference)
    assert void.reasons == ("'base' is not live any more, so the comparison with it is void; train again",)


def test_a_verdict_can_be_repeated() -> None:
    assert verdict(drawn(0.03, 100, 5)) == verdict(drawn(0.03, 100, 5))


def test_a_gain_that_unseen_documents_take_back_is_none() -> None:
    gain = drawn(0.08, 200, 1)
    assert verdict(gain, whole=0.01).verdict == "WIN"
    assert verdict(gain, whole=-0.001).verdict == "INCONCLUSIVE"


def test_a_verdict_over_a_part_of_the_corpus_says_so() -> None:
    gain = np.full(200, 0.5)
    (said,) = verdict(gain, documents=(20_000, 81_234)).reasons
    assert "on 200 held-out queries over 20,000 of 81,234 documents; look 1" in said
    assert " over " not in verdict(gain, documents=(20_000, 20_000)).reasons[0]


def test_a_first_look_may_not_spend_all_that_looks_share() -> None:
    with pytest.raises(ValueError, match="confidence"):
        GateRules(confidence=0.8)
