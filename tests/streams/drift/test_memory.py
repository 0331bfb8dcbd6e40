"""What rows leave: the same watch as judging did, and which windows are to be judged again."""

import pytest

from schemas.instants import instant
from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Quiet
from streams.drift.judgement import Span, Watch, judge
from streams.drift.memory import Memory, Seen, recalled
from streams.drift.signal import Measured
from streams.drift.statistics.chance import Chance
from streams.drift.windows import Due, Epoch

CONFIG = DriftConfig()
DAY = CONFIG.window_ms
EPOCH = Epoch("base", 0, ())
BEGUN = Watch({"zero_click": (Quiet(0.01, 0.0, 3),) * 5})


def measured(effect: float) -> Measured:
    return Measured("zero_click", 0.5, 0.3, effect, 0.01, 500, 500, 40, 40, Chance(0.02, 0.001))


@pytest.mark.parametrize("asks", [False, True])
def test_a_memory_of_rows_is_the_memory_of_judging(asks: bool) -> None:
    memory, watch, rows = Memory(), BEGUN, []
    for number, effect in enumerate((0.02, 0.03, 0.4, 0.4, 0.02)):
        (judged,), watch = judge({"zero_click": measured(effect)}, watch, CONFIG, Span.of(instant(number * DAY), 1))
        asked = "run-1" if asks and judged.verdict == "tripped" else ""
        memory = memory.after(Seen(number * DAY, (number + 1) * DAY, 1, 200, asked, 7), watch)
        watch = memory.watch(BEGUN)
        rows.append(
            {
                "signal": "zero_click", "start_ms": number * DAY, "end_ms": (number + 1) * DAY, "days": 1,
                "searches": 200, "verdict": judged.verdict, "evidence": judged.evidence, "learned": effect - 0.02,
                "variance": 0.001, "asked": asked, "revision": 7,
            }
        )  # fmt: skip
    assert "tripped" in [row["verdict"] for row in rows]
    found = recalled(rows, BEGUN, CONFIG)
    assert found == memory
    assert len(found.watch(BEGUN).quiet["zero_click"]) > 5


def seen(*windows: tuple[int, int]) -> Memory:
    return Memory(tuple(Seen(i * DAY, (i + 1) * DAY, 1, n, revision=r) for i, (n, r) in enumerate(windows)))


def test_windows_from_the_first_changed_one_on_are_judged_again_within_their_bounds() -> None:
    memory = seen((10, 1), (20, 1), (30, 1))
    assert memory.redo({0: 10, DAY: 20}, EPOCH) == []
    assert memory.redo({0: 10, DAY: 25, 2 * DAY: 30}, EPOCH) == [
        Due(DAY, 2 * DAY, 1, 25, EPOCH, late=True),
        Due(2 * DAY, 3 * DAY, 1, 30, EPOCH, late=True),
    ]


def test_a_correction_that_was_cut_off_is_gone_on_with() -> None:
    assert [w.start_ms for w in seen((10, 1), (20, 5), (30, 1), (40, 1)).redo({}, EPOCH)] == [2 * DAY, 3 * DAY]


def test_a_clock_that_was_put_back_lowers_no_revision() -> None:
    assert (seen((10, 50)).revision(7), seen((10, 50)).revision(70), Memory().revision(7)) == (50, 70, 7)


def test_what_came_before_an_instant() -> None:
    memory = Memory(seen((10, 1), (20, 1)).seen, (BEGUN, Watch()))
    assert memory.before(DAY).watch(Watch()) == BEGUN
    assert memory.before(0).watch(BEGUN) is BEGUN
