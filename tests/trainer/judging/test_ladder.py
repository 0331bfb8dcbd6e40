"""Which rung is chosen: the cheapest that gains enough, unless a dearer one gains clearly more."""

import pytest
from pydantic import ValidationError

from schemas.learning import RungTried
from trainer.config import TrainingConfig
from trainer.judging.ladder import LadderRules, chosen, in_words, no_gain


def tried(**gains: float) -> list[RungTried]:
    return [
        RungTried(rung=n, queries=40, gain=g, low=g - 0.05, high=g + 0.05, seconds=1, documents=0, passages=0)
        for n, g in gains.items()
    ]


@pytest.mark.parametrize(
    ("gains", "best"),
    [
        ({"weights": 0.02, "query_map": 0.029, "full": 0.029}, "weights"),
        ({"weights": 0.02, "query_map": 0.031, "full": 0.04}, "query_map"),
        ({"weights": 0.02, "query_map": 0.025, "full": 0.031}, "full"),
        ({"weights": 0.009, "query_map": 0.012, "full": 0.015}, "query_map"),
        ({"weights": 0.0, "full": 0.03}, "full"),
        ({"weights": 0.002, "query_map": 0.009, "full": 0.004}, "query_map"),
        ({"weights": 0.0, "query_map": -0.1, "full": -0.02}, None),
        ({"full": 0.001}, "full"),
        ({}, None),
    ],
)
def test_the_cheapest_that_gains_enough_unless_a_dearer_one_gains_clearly_more(
    gains: dict[str, float], best: str | None
) -> None:
    found = chosen(tried(**gains), least_gain=0.01, margin=0.01)
    assert (found.rung if found else None) == best


def test_rungs_are_tried_from_the_cheapest_whatever_the_order_in_the_rules() -> None:
    assert LadderRules.model_validate({"rungs": ("fit", "weights")}).rungs == ("weights", "fit")
    assert TrainingConfig().ladder.rungs == ("weights", "query_map", "fit")
    for wrong in (("lora",), ()):
        with pytest.raises(ValidationError):
            LadderRules.model_validate({"rungs": wrong})


def test_what_was_tried_in_words() -> None:
    assert in_words(tried(weights=0.012)) == "weights +0.012 (-0.038 to +0.062)"


def test_a_run_without_a_candidate_says_how_good_live_is() -> None:
    said = no_gain("no rung ranks", 61, 0.8768, tried(weights=0.0))
    assert said.startswith("no rung ranks 61 validation queries better than live as it serves")
    assert "with an nDCG@10 of 0.877;" in said
    assert said.endswith("the hold-out was not looked at: weights +0.000 (-0.050 to +0.050)")
    assert no_gain("no rung ranks", 61, 0.9, ()).endswith(": none tried")
