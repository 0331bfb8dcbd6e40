"""What the resident search says of its own speed."""

from indexer.resident.latency import LEAST, WINDOW_S, Publisher, Readings, percentile_95
from stores.errors import Retryable
from stores.search_latency import Latency


def searched(readings: Readings, at: float, milliseconds: float, times: int = LEAST) -> None:
    for _ in range(times):
        readings.note(at, milliseconds)


def test_the_95th_percentile() -> None:
    assert percentile_95([5.0]) == 5.0
    assert percentile_95([float(n) for n in range(100)]) == 95.0
    assert percentile_95([1.0] * 99 + [1_000.0]) == 1.0


def test_a_reading_is_of_the_last_seconds_and_of_enough_searches() -> None:
    readings = Readings()
    searched(readings, 100.0, 10.0, LEAST - 1)
    assert readings.reading(100.5) is None
    searched(readings, 100.5, 10.0, 1)
    assert readings.reading(100.5) == Latency(p95_ms=10.0, idle_ms=10.0)
    assert readings.reading(100.6 + WINDOW_S) is None


def test_latency_at_rest_is_the_lowest_of_the_last_hour() -> None:
    readings, seen = Readings(), list[tuple[float, float]]()
    for at, milliseconds in ((0, 30), (10, 20), (20, 60), (3_000, 40), (3_615, 50)):
        searched(readings, at, milliseconds)
        latency = readings.reading(at)
        assert latency is not None
        seen.append((latency.p95_ms, latency.idle_ms))
    assert seen == [(30, 30), (20, 20), (60, 20), (40, 20), (50, 40)]


def test_readings_are_published_until_the_end_whatever_fails() -> None:
    readings, put = Readings(), list[Latency]()
    searched(readings, 0.0, 5.0)

    def failing(latency: Latency) -> None:
        put.append(latency)
        raise Retryable("no Redis")

    publisher = Publisher(readings, failing)
    readings.reading = lambda now: Latency(p95_ms=5, idle_ms=5)  # type: ignore[method-assign]  # whenever it looks
    waits = iter([False, False, True])
    publisher._stop.wait = lambda timeout=None: next(waits)  # type: ignore[method-assign]  # no second passes
    with publisher:
        publisher._thread.join(timeout=30)
    assert len(put) == 2
