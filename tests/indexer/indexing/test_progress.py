from indexer.indexing.progress import measured
from tests.indexer.world import NOW


def test_progress_tells_speed_and_time_left() -> None:
    half = measured(20, 60, 100, 10.0, NOW)
    assert (half.rate, half.eta_s) == (4.0, 10.0)
    assert measured(0, 0, 100, 0.0, NOW).eta_s is None
    assert measured(100, 100, 100, 5.0, NOW).eta_s == 0
