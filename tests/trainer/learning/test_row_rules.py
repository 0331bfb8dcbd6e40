"""What a row weighs, and which rows bring a negative of their own."""

import pytest

from trainer.learning.row_rules import damped, extras


def test_a_hundred_clicks_are_not_a_hundred_lessons() -> None:
    light, heavy = damped([1.0, 100.0])
    assert light == 0.2, "bounded"
    assert heavy == pytest.approx(10 / 5.5, abs=1e-5)
    assert damped([1.0] * 99 + [1e6])[-1] == 5.0, "bounded"
    assert damped([]) == []


def test_a_negative_is_the_hardest_that_nobody_seeks() -> None:
    assert extras(["one", "two"], [("sought", "free", "easy"), ("sought",)], {"sought"}, 1.0) == ["free", ""]


def test_a_fixed_share_of_the_rows_brings_one() -> None:
    anchors = [f"query {n}" for n in range(40)]
    negatives = [(f"d{n}",) for n in range(40)]
    some = extras(anchors, negatives, (), 0.25)
    assert sum(map(bool, some)) == 10
    assert extras(anchors, negatives, (), 0.0) == [""] * 40
    backwards = extras(anchors[::-1], negatives[::-1], (), 0.25)
    assert backwards[::-1] == some, "whatever the order of the rows"
