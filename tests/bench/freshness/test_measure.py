from bench.freshness.measure import percentiles


def test_what_is_never_found_counts_with_the_whole_patience() -> None:
    seconds: list[float | None] = [n / 10 for n in range(1, 20)]
    assert percentiles(seconds, 60.0) == {"changes": 19, "p50_s": 1.0, "p95_s": 1.9, "never_found": 0}
    assert percentiles([*seconds, None], 60.0) == {"changes": 20, "p50_s": 1.1, "p95_s": 60.0, "never_found": 1}
    assert percentiles([], 60.0) == {"changes": 0, "never_found": 0}
