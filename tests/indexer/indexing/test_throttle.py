"""Background work gives way to slow searches, and comes back."""

import pytest

from indexer.indexing.throttle import BySearches, Full, ThrottleConfig, next_share, rest_s
from stores.search_latency import Latency

RULES = ThrottleConfig(slower=1.5, least_share=0.1, look_s=1.0)
FAST, SLOW = Latency(p95_ms=29, idle_ms=20), Latency(p95_ms=31, idle_ms=20)


def test_slow_searches_shrink_the_share_and_fast_ones_or_none_let_it_grow() -> None:
    assert next_share(1.0, SLOW, RULES) == pytest.approx(0.7)
    assert next_share(0.12, SLOW, RULES) == 0.1
    assert next_share(0.5, FAST, RULES) == pytest.approx(0.55)
    assert next_share(0.5, None, RULES) == pytest.approx(0.55)
    assert next_share(0.99, None, RULES) == 1.0


def test_the_rest_makes_the_share() -> None:
    assert rest_s(2.0, 1.0) == 0
    assert rest_s(2.0, 0.5) == pytest.approx(2.0)
    assert 2.0 / (2.0 + rest_s(2.0, 0.25)) == pytest.approx(0.25)


def test_the_latency_is_read_once_an_interval() -> None:
    now, read = [0.0], list[float]()

    def latency() -> Latency:
        read.append(now[0])
        return SLOW

    throttle, rests = BySearches(latency, RULES, lambda: now[0]), list[float]()
    for now[0] in (0.0, 0.5, 1.0, 1.9, 2.0):
        rests.append(throttle.rest_s(1.0))
    assert read == [0.0, 1.0, 2.0]
    assert throttle.share == pytest.approx(0.7**3)
    assert rests[0] == rests[1] < rests[2] == rests[3] < rests[4]


def test_what_serves_never_rests() -> None:
    assert Full().rest_s(10.0) == 0
