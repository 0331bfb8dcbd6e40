"""Which faults come when."""

import random
from collections import Counter

from bench.faults.kinds import KINDS, SELDOM, plan


def test_every_kind_comes_once_in_a_round_and_the_longest_in_every_second() -> None:
    hundred, kinds = plan(100, random.Random(1)), set(KINDS)
    first, second = hundred[: len(kinds)], hundred[len(kinds) : 2 * len(kinds) - len(SELDOM)]
    assert set(first) == kinds
    assert set(second) == kinds - SELDOM
    times = Counter(hundred)
    assert {times[kind] for kind in kinds - SELDOM} <= {4, 5}
    assert {times[kind] for kind in SELDOM} <= {2, 3}


def test_the_order_is_that_of_the_seed() -> None:
    assert plan(100, random.Random(1)) == plan(100, random.Random(1)) != plan(100, random.Random(2))
    assert len(plan(230, random.Random(1))) == 230


def test_chosen_kinds_take_turns() -> None:
    assert Counter(plan(5, random.Random(1), ["poison", "disk_full"])) in ({"poison": 3, "disk_full": 2},
                                                                           {"poison": 2, "disk_full": 3})  # fmt: skip
    assert plan(2, random.Random(1), ["freeze_clickhouse"]) == ["freeze_clickhouse"] * 2
