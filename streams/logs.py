"""Which log a batch is of: a topic that was made anew has the same name, another id, and counts its offsets anew."""

import threading
from collections.abc import Callable


class TopicMadeAnew(Exception):
    """The topic that this worker reads is gone and another of its name is there: the worker must start again."""


class TopicLogs:
    """The broker's ids of the topics, looked at again when offsets run backwards; safe to use from several threads."""

    def __init__(self, ask: Callable[[], dict[str, str]]) -> None:
        self._ask = ask
        self._ids = ask()
        self._read: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def __getitem__(self, topic: str) -> str:
        return self._ids[topic]

    def of_batch(self, topic: str, partition: int, first: int, last: int) -> tuple[str, int | None]:
        """Return the id of the log that these offsets are of, and the last offset read before, if they go on from it.

        Offsets run backwards after a rebalance or a seek, which changes nothing, and when the topic was made anew.
        Raises `TopicMadeAnew` then, and `Retryable` when the broker does not say.
        """
        with self._lock:
            before = self._read.get((topic, partition))
            if before is not None and first <= before and self._ask().get(topic) != self._ids[topic]:
                raise TopicMadeAnew(f"the topic {topic} was made anew; starting again to read it as what it is")
            self._read[topic, partition] = last
            return self._ids[topic], None if before is None or first <= before else before
