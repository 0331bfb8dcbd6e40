"""Which topic, by its id, a batch is of, and whether it goes on from what is stored.

A topic that was made anew has the same name, another id, and counts its offsets anew; the group's committed offsets may
still be those of the old one. So where a partition's reading begins is compared with the warehouse: when that ends
earlier (another topic id, a warehouse that was lost or set back), or has a hole, reading goes back to there.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass


class TopicMadeAnew(Exception):
    """The topic that this worker reads is gone and another of its name is there: the worker must start again."""


@dataclass
class Behind(Exception):
    """The warehouse ends before this batch: what lies between must be read first, from `offset` on."""

    offset: int


@dataclass
class _Reading:
    """How far a partition was read since it was assigned: what a worker knew of it from before says nothing any more,
    since another may have read on meanwhile, or have gone back."""

    assignment: int
    read: int | None = None
    """The last offset."""
    verified: bool = False
    """Whether the rows were compared with where reading begins."""
    back: int | None = None
    """Where it went back to, until the first batch from there is here."""


class TopicIds:
    """The broker's ids of the topics, and how far each partition was read; safe to use from several threads.

    `ids()` gives the ids by topic; `ends(topic, topic id, partition)` where a partition's rows end: the offset after
    the last one that is stored without a hole before it, or the first that the broker still has if that is more.
    `assignment` is a number that grows whenever partitions are given out anew: a seek backwards is lost when that
    happens before the group has heard of it, so each time where reading begins is compared again.
    """

    def __init__(self, ids: Callable[[], dict[str, str]], ends: Callable[[str, str, int], int]) -> None:
        self._ask, self._ends = ids, ends
        self._ids = ids()
        self._readings: dict[tuple[str, int], _Reading] = {}
        self._lock = threading.Lock()

    def __getitem__(self, topic: str) -> str:
        return self._ids[topic]

    def verify(self) -> None:
        """Ask the broker again. Raises `TopicMadeAnew` when a topic's id changed, `Retryable` when it does not say."""
        now = self._ask()
        for topic, known in self._ids.items():
            if now.get(topic, known) != known:
                raise TopicMadeAnew(f"the topic {topic} was made anew; starting again to read it as what it is")

    def of_batch(
        self, topic: str, partition: int, first: int, last: int, assignment: int = 0
    ) -> tuple[str, int | None]:
        """Return the id of the topic that these offsets are of, and the last offset read before, if they go on from it.

        Offsets run backwards after a rebalance or a seek, which changes nothing, and when the topic was made anew.
        Raises `TopicMadeAnew` then, `Behind` once when what lies before was never stored, and `Retryable` when broker
        or warehouse do not say. A batch of an earlier assignment that is still being retried gets the id alone.
        """
        with self._lock:
            reading = self._reading(topic, partition, assignment)
            if reading is None:
                self.verify()
                return self._ids[topic], None
            before = reading.read
            if before is not None and first <= before:
                self.verify()
            if before is None and (end := self._behind(reading, topic, partition, first)) is not None:
                raise Behind(end)
            reading.read = last
            if before is None and reading.back is not None:
                back, reading.back = reading.back, None
                return self._ids[topic], back - 1 if first > back else None  # what lies between, the broker lacks
            return self._ids[topic], None if before is None or first <= before else before

    def behind(self, topic: str, partition: int, position: int, assignment: int = 0) -> int | None:
        """Return where to go back to when the rows end before the position at which reading begins; asked once for each
        assignment.

        Raises `Retryable` when broker or warehouse do not say.
        """
        with self._lock:
            reading = self._reading(topic, partition, assignment)
            return None if reading is None else self._behind(reading, topic, partition, position)

    def _reading(self, topic: str, partition: int, assignment: int) -> _Reading | None:
        """Return what is known since this assignment, which may begin with this call; None of one that is over."""
        known = self._readings.get((topic, partition))
        if known is None or known.assignment < assignment:
            known = self._readings[topic, partition] = _Reading(assignment)
        return known if known.assignment == assignment else None

    def _behind(self, reading: _Reading, topic: str, partition: int, position: int) -> int | None:
        if position == 0 or reading.verified:
            return None
        end = self._ends(topic, self._ids[topic], partition)
        reading.verified = True
        if end >= position:
            return None
        reading.back = end
        return end
