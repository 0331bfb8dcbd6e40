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


class TopicIds:
    """The broker's ids of the topics, and how far each partition was read; safe to use from several threads.

    `ids()` gives the ids by topic; `ends(topic, topic id, partition)` where a partition's rows end: the offset after
    the last one that is stored without a hole before it, or the first that the broker still has if that is more.
    """

    def __init__(self, ids: Callable[[], dict[str, str]], ends: Callable[[str, str, int], int]) -> None:
        self._ask, self._ends = ids, ends
        self._ids = ids()
        self._read: dict[tuple[str, int], int] = {}
        self._checked: set[tuple[str, int]] = set()
        self._back: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def __getitem__(self, topic: str) -> str:
        return self._ids[topic]

    def verify(self) -> None:
        """Ask the broker again. Raises `TopicMadeAnew` when a topic's id changed, `Retryable` when it does not say."""
        now = self._ask()
        for topic, known in self._ids.items():
            if now.get(topic, known) != known:
                raise TopicMadeAnew(f"the topic {topic} was made anew; starting again to read it as what it is")

    def of_batch(self, topic: str, partition: int, first: int, last: int) -> tuple[str, int | None]:
        """Return the id of the topic that these offsets are of, and the last offset read before, if they go on from it.

        Offsets run backwards after a rebalance or a seek, which changes nothing, and when the topic was made anew.
        Raises `TopicMadeAnew` then, `Behind` once when what lies before was never stored, and `Retryable` when broker
        or warehouse do not say.
        """
        key = topic, partition
        with self._lock:
            before = self._read.get(key)
            if before is not None and first <= before:
                self.verify()
            if before is None and (end := self._behind(topic, partition, first)) is not None:
                raise Behind(end)
            self._read[key] = last
            if before is None and (back := self._back.pop(key, None)) is not None:
                return self._ids[topic], back - 1 if first > back else None  # what lies between, the broker lacks
            return self._ids[topic], None if before is None or first <= before else before

    def behind(self, topic: str, partition: int, position: int) -> int | None:
        """Return where to go back to when the rows end before the position at which reading begins; asked once.

        Raises `Retryable` when broker or warehouse do not say.
        """
        with self._lock:
            return self._behind(topic, partition, position)

    def _behind(self, topic: str, partition: int, position: int) -> int | None:
        if position == 0 or (topic, partition) in self._checked:
            return None
        end = self._ends(topic, self._ids[topic], partition)
        self._checked.add((topic, partition))
        if end >= position:
            return None
        self._back[topic, partition] = end
        return end
