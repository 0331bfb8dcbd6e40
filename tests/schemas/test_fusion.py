"""Weights on the wire."""

import pytest
from pydantic import ValidationError

from schemas.fusion import EVEN, Fusion


@pytest.mark.parametrize(
    "wrong",
    [{"dense": -0.1}, {"dense": 1.1}, {"k": 0}, {"dense": "0.5"}, {"words": 0.5}, {"clicked": 1}, {"clicked": -0.1}],
)
def test_impossible_weights_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fusion.model_validate({"dense": 0.5, "k": 60} | wrong)


def test_weights_read_back_are_the_weights() -> None:
    for fusion in (EVEN, Fusion(dense=0.7), Fusion(dense=1, k=5), Fusion(dense=0.7, clicked=0.2)):
        assert Fusion.model_validate_json(fusion.model_dump_json()) == fusion
        assert Fusion.model_validate(fusion.model_dump()) == fusion
    assert len({EVEN, Fusion(), Fusion(dense=0.7), Fusion(clicked=0.1)}) == 3


def test_what_was_signed_and_hashed_before_clicked_queries_counted_keeps_its_bytes() -> None:
    assert EVEN.model_dump_json() == '{"dense":0.5,"k":60}'
    assert Fusion(clicked=0.2).model_dump() == {"dense": 0.5, "k": 60, "clicked": 0.2}
    assert Fusion.model_validate_json('{"dense":0.5,"k":60}').clicked == 0
