"""What is sent while faults are injected: events that are valid, and everything that cannot be accepted."""

from datetime import UTC, datetime

from bench.faults.events import Made
from schemas import codec
from schemas.topics import TOPICS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_all_events_are_valid_and_all_poison_is_not() -> None:
    made = Made(1, NOW.replace(month=1, year=2025))
    for topic, key, value in [made.next() for _ in range(2_000)]:
        assert not isinstance(codec.decode(TOPICS[topic], key, value, NOW), codec.Rejection)
    bad = [*made.poison(NOW), made.future(NOW)]
    assert len({key for _, key, _ in bad}) == len(bad)
    for topic, key, value in bad:
        assert isinstance(codec.decode(TOPICS[topic], key, value, NOW), codec.Rejection), value
