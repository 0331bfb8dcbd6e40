from collections import Counter
from dataclasses import replace
from random import Random
from statistics import median

import pytest

from demo.clicks import ClickModel, citations_opened, dwell_seconds, examination, opened, vote_on

SHOWN = [f"d{n}" for n in range(1, 11)]
SAMPLES = 20_000
TOLERANCE = 0.015


def click_rates(relevant: set[str], model: ClickModel) -> list[float]:
    rng = Random(11)
    counts = Counter(rank for _ in range(SAMPLES) for rank in opened(SHOWN, relevant, rng, model))
    return [counts[rank] / SAMPLES for rank in range(1, len(SHOWN) + 1)]


def agrees(model: ClickModel, stated: ClickModel) -> bool:
    """Tell whether the clicks that `model` makes have the rates that `stated` promises, at every rank."""
    relevant = click_rates(set(SHOWN), model)
    other = click_rates(set(), model)
    return all(
        abs(relevant[rank - 1] - rank**-stated.eta * stated.relevant) < TOLERANCE
        and abs(other[rank - 1] - rank**-stated.eta * stated.other) < TOLERANCE / 2
        for rank in range(1, len(SHOWN) + 1)
    )


def test_click_rates_are_position_bias_times_attraction() -> None:
    assert agrees(ClickModel(), ClickModel())


@pytest.mark.parametrize("wrong", [{"eta": 0.7}, {"eta": 0.0}, {"relevant": 0.75}, {"other": 0.08}])
def test_other_parameters_would_be_noticed(wrong: dict[str, float]) -> None:
    assert not agrees(replace(ClickModel(), **wrong), ClickModel())


def test_examination_falls_with_rank_and_begins_at_one() -> None:
    rates = [examination(rank, ClickModel()) for rank in range(1, 11)]
    assert rates[0] == 1
    assert rates == sorted(rates, reverse=True)
    assert examination(4, ClickModel(eta=0.5)) == pytest.approx(0.5)


def test_noise_is_the_stated_share_of_clicks_at_the_top() -> None:
    rates = click_rates({"d1"}, ClickModel())
    assert rates[0] == pytest.approx(0.85, abs=TOLERANCE)
    assert rates[1] == pytest.approx(0.5 * 0.05, abs=TOLERANCE / 2)


def test_citations_have_their_own_rates() -> None:
    rng, model = Random(5), ClickModel()
    counts = Counter(
        position for _ in range(SAMPLES) for position in citations_opened(["a", "b", "c"], {"b"}, rng, model)
    )
    assert counts[1] / SAMPLES == pytest.approx(model.cited_other, abs=TOLERANCE)
    assert counts[2] / SAMPLES == pytest.approx(model.cited_relevant / 2, abs=TOLERANCE)


def test_dwell_tells_found_from_not_found_and_is_bounded() -> None:
    rng, model = Random(5), ClickModel()
    found = [dwell_seconds(True, rng, model) for _ in range(5_000)]
    missed = [dwell_seconds(False, rng, model) for _ in range(5_000)]
    assert median(found) == pytest.approx(model.dwell_relevant, rel=0.05)
    assert median(missed) == pytest.approx(model.dwell_other, rel=0.05)
    assert max(dwell_seconds(True, rng, replace(model, dwell_relevant=5_000)) for _ in range(500)) <= 1_800


def test_votes_follow_what_was_found_but_for_the_noise() -> None:
    rng, model = Random(5), ClickModel()
    votes = Counter(vote_on(["a", "b"], {"b"}, rng, model) for _ in range(SAMPLES))
    voted = votes["upvote"] + votes["downvote"]
    assert voted / SAMPLES == pytest.approx(model.vote, abs=TOLERANCE)
    assert votes["downvote"] / voted == pytest.approx(model.vote_noise, abs=TOLERANCE)
    missed = Counter(vote_on(["a"], {"b"}, rng, model) for _ in range(SAMPLES))
    assert missed["downvote"] > missed["upvote"]
