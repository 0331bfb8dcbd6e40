import numpy as np
import pytest

from bench.verdicts.candidates import BASE, candidates

UNIT = {"passages": np.eye(3, dtype=np.float32), "test": np.eye(3, dtype=np.float32)}
OTHER = {name: np.roll(rows, 1, axis=0) for name, rows in UNIT.items()}


def test_models_lie_on_the_way_to_a_tuned_one_and_away_from_it() -> None:
    found = dict(candidates({BASE: UNIT, "plain": OTHER}, noise=(0.5,)))
    assert list(found) == [BASE, "plain at 0.25", "plain at 0.5", "plain at 1", "plain at -0.5", "noise 0.5"]
    assert found["plain at 1"]["test"] == pytest.approx(OTHER["test"])
    half = found["plain at 0.5"]["passages"][0]
    assert half @ UNIT["passages"][0] == pytest.approx(half @ OTHER["passages"][0])
    assert found["plain at -0.5"]["test"][0] @ OTHER["test"][0] < 0
    for model in found.values():
        assert np.linalg.norm(model["passages"], axis=1) == pytest.approx(np.ones(3))
    again = dict(candidates({BASE: UNIT, "plain": OTHER}, noise=(0.5,)))
    assert (again["noise 0.5"]["test"] == found["noise 0.5"]["test"]).all(), "the same seed gives the same noise"
