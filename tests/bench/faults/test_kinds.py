"""Which faults come when."""

import random
from collections import Counter

from bench.faults.kinds import KINDS, plan


def test_every_kind_comes_once_before_any_comes_again() -> None:
    hundred = plan(100, random.Random(1))
    for start in range(0, 100, len(KINDS)):
        assert set(hundred[start : start + len(KINDS)]) == set(KINDS)
    assert set(Counter(hundred).values()) == {100 // len(KINDS)}


def test_the_order_is_that_of_the_seed() -> None:
    assert plan(100, random.Random(1)) == plan(100, random.Random(1)) != plan(100, random.Random(2))
    assert len(plan(230, random.Random(1))) == 230


def test_chosen_kinds_take_turns() -> None:
    assert Counter(plan(5, random.Random(1), ["poison", "disk_full"])) in ({"poison": 3, "disk_full": 2},
                                                                           {"poison": 2, "disk_full": 3})  # fmt: skip
