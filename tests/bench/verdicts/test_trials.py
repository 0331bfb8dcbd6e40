"""Trials on rankings that are made up: what is true of each candidate is known without an encoder."""

import random
from statistics import fmean

import pytest

from bench.recipe.clicked import clicked
from bench.recipe.world import Asked
from bench.verdicts.candidates import Ranked
from bench.verdicts.trials import Outcome, trial
from schemas.fusion import EVEN
from trainer.judging.weights import GRID

QUERIES = 240
PLACES = {"live": (0, 0, 0, 1, 2, 4), "better": (0,), "worse": (1, 2, 3, 4, 6)}
"""Where a model has the one right document."""


def asked(side: str) -> list[Asked]:
    return [Asked(text=f"{side} {n}", relevant=(f"{n}-0",), clicked={}, group=n) for n in range(QUERIES)]


def ranked(side: str, name: str) -> list[list[str]]:
    """Return rankings of which only the right document's place and the order of the others differ by model."""
    chance, found = random.Random(f"{side} {name}"), []
    for n in range(QUERIES):
        others = [f"{n}-{m}" for m in range(1, 12)]
        chance.shuffle(others)
        at = chance.choice(PLACES[name])
        found.append([*others[:at], f"{n}-0", *others[at:]])
    return found


def world() -> tuple[dict[str, list[Asked]], dict[str, Ranked]]:
    sides = {side: asked(side) for side in ("validation", "test")}
    models: dict[str, Ranked] = {
        name: {side: dict.fromkeys(GRID, ranked(side, name)) for side in sides} for name in PLACES
    }
    return sides, models


def outcomes(as_are: bool, careless: float = 0.3, seed: int = 1) -> dict[str, Outcome]:
    sides, models = world()
    found = trial(sides, models, "live", seed, careless=careless, wanted=200, as_are=as_are)
    return {one.candidate: one for one in found}


def test_a_gain_is_seen_through_mistaken_clicks_and_a_loss_is_none() -> None:
    found = outcomes(as_are=False)
    assert set(found) == {"better", "worse"}
    assert found["better"].true > 0.1
    assert found["worse"].true < -0.1
    assert found["better"].verdict == "WIN"
    assert found["worse"].verdict == "LOSS"


@pytest.mark.thorough
def test_clicks_as_they_are_see_less_of_it() -> None:
    plain, corrected = ([outcomes(as_are, seed=seed)["better"] for seed in range(10)] for as_are in (True, False))
    true, judged, by_clicks = (
        fmean(one.true for one in corrected), fmean(one.judged for one in corrected), fmean(one.judged for one in plain)
    )  # fmt: skip
    assert true > 0.1
    assert judged == pytest.approx(true, rel=0.2)
    assert by_clicks < 0.5 * true


def test_only_queries_that_somebody_clicked_after_are_known() -> None:
    side = asked("test")
    shown = dict.fromkeys(GRID, ranked("test", "live"))[EVEN]
    known = clicked(side, shown, random.Random(1), 0.05, as_are=False)
    deep, shallow = (clicked(side, shown, random.Random(1), 0.05, as_are=False, eta=eta) for eta in (0.0, 4.0))
    assert len(shallow.queries) < len(known.queries) < len(deep.queries), "who looks further finds more"
    assert len(known.numbers) == len(known.queries) == len(known.labels.values)
    assert 0.5 * QUERIES < len(known.queries) < QUERIES
    assert all(max(query.relevant.values()) == pytest.approx(1.0) for query in known.queries)
    assert known.labels.known == len(known.queries)
    assert clicked(side, shown, random.Random(1), 0.05, as_are=True).labels.known == 0
