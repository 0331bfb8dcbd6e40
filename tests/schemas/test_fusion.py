"""Weights on the wire."""

import pytest
from pydantic import ValidationError

from schemas.fusion import EVEN, Fusion


@pytest.mark.parametrize("wrong", [{"dense": -0.1}, {"dense": 1.1}, {"k": 0}, {"dense": "0.5"}, {"words": 0.5}])
def test_impossible_weights_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fusion.model_validate({"dense": 0.5, "k": 60} | wrong)


def test_weights_read_back_are_the_weights() -> None:
    for fusion in (EVEN, Fusion(dense=0.7), Fusion(dense=1, k=5)):
        assert Fusion.model_validate_json(fusion.model_dump_json()) == fusion
    assert len({EVEN, Fusion(), Fusion(dense=0.7)}) == 2
