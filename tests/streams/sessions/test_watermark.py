"""The watermark as tables and properties; two workers' claims by it are tested on a real Redis with the access log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.access_log import Source
from streams.sessions.watermark import reached

NOW = 1_800_000_000_000
GAP, LATENESS, IDLE_AFTER, IDLE_CLOSE = 1_000, 100, 10_000, 20_000

SOURCES = st.lists(
    st.builds(
        Source,
        newest=st.none() | st.integers(0, 300) | st.integers(NOW - 2_000, NOW + 50),
        moved_at=st.integers(0, 30_000).map(lambda ago: NOW - ago)
        | st.sampled_from([NOW - IDLE_AFTER, NOW - IDLE_AFTER + 1, NOW - IDLE_CLOSE, NOW - IDLE_CLOSE + 1, NOW + 3]),
    ),
    max_size=5,
)


def at(*sources: tuple[int | None, int]) -> int | None:
    """Return the watermark of (newest, milliseconds ago) pairs."""
    return of([Source(newest, NOW - ago) for newest, ago in sources])


def of(sources: list[Source], now: int = NOW) -> int | None:
    return reached(sources, now, gap_ms=GAP, lateness_ms=LATENESS, idle_after_ms=IDLE_AFTER, idle_close_ms=IDLE_CLOSE)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([], None),
        ([(50_000, 0)], 49_900),
        ([(50_000, 0), (10_000, 0)], 9_900),
        ([(50_000, 0), (None, 0)], None),
        ([(50_000, 0), (10_000, IDLE_AFTER - 1)], 9_900),
        ([(50_000, 0), (10_000, IDLE_AFTER)], 49_900),
        ([(50_000, 0), (None, IDLE_AFTER)], 49_900),
        ([(100, 0)], 0),
        ([(99, 0)], None),
        ([(50_000, IDLE_CLOSE - 1)], None),
        ([(50_000, IDLE_CLOSE), (10_000, IDLE_CLOSE + 5)], 51_000),
        ([(50_000, IDLE_CLOSE), (None, IDLE_CLOSE - 1)], None),
        ([(NOW - 500, IDLE_CLOSE)], NOW),
        ([(None, IDLE_CLOSE)], None),
    ],
)
def test_the_slowest_active_source_holds_time_back_and_silence_lets_it_go(
    sources: list[tuple[int | None, int]], expected: int | None
) -> None:
    assert at(*sources) == expected


@given(SOURCES)
def test_no_active_source_is_passed(sources: list[Source]) -> None:
    time = of(sources)
    for source in sources:
        if time is not None and NOW - source.moved_at < IDLE_AFTER:
            assert source.newest is not None
            assert time + LATENESS <= source.newest


@given(SOURCES, st.integers(0, 5_000), st.data())
def test_what_a_source_brings_never_takes_time_back(sources: list[Source], more: int, data: st.DataObject) -> None:
    """As long as all stay active: an idle source that comes back may hold time back, and the access log keeps it."""
    active = [Source(source.newest, NOW) for source in sources]
    if active:
        number = data.draw(st.integers(0, len(active) - 1))
        later = list(active)
        later[number] = Source((active[number].newest or 0) + more, NOW)
        before, after = of(active), of(later)
        assert before is None or (after is not None and after >= before)


@given(SOURCES)
def test_order_and_repeats_do_not_matter(sources: list[Source]) -> None:
    assert of(sources) == of(sources[::-1] + sources)


@given(SOURCES)
def test_all_that_is_known_is_passed_by_a_gap_once_all_is_silent(sources: list[Source]) -> None:
    known = [source.newest for source in sources if source.newest is not None]
    time = of(sources, NOW + IDLE_CLOSE + 3)
    if known:
        assert time == min(max(known) + GAP, NOW + IDLE_CLOSE + 3)
    else:
        assert time is None
