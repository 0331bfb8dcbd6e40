"""Rules of the gateway that hold together or not at all."""

import pytest
from pydantic import ValidationError

from gateway.config import BodyRules


@pytest.mark.parametrize(
    ("rules", "fits"),
    [
        ({}, True),
        ({"held_mib": 80}, True),
        ({"held_mib": 79}, False),
        ({"held_mib": 40, "key_share": 1.0}, True),
        ({"held_mib": 39, "key_share": 1.0}, False),
        ({"sent_mib": 64, "inflated_mib": 64}, True),
        ({"sent_mib": 64, "inflated_mib": 64, "held_mib": 255}, False),
        ({"sent_mib": 1, "inflated_mib": 1, "held_mib": 4}, True),
        ({"key_share": 0.0}, False),
        ({"key_share": 1.1}, False),
    ],
)
def test_what_is_held_holds_one_largest_body_of_a_key(rules: dict[str, float], fits: bool) -> None:
    if fits:
        BodyRules.model_validate(rules)
        return
    with pytest.raises(ValidationError, match=r"held_mib|key_share"):
        BodyRules.model_validate(rules)
