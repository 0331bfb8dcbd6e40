"""Events that wait in memory alone: gone with the process."""

from collections import deque
from collections.abc import Sequence

from tidewheel_sdk.errors import Full
from tidewheel_sdk.wire import Item


class Memory:
    """Waiting events, in order, of `room` bytes at most."""

    on_disk = False

    def __init__(self, room: int) -> None:
        self._items: deque[Item] = deque()
        self._room = room
        self.size = 0

    @property
    def waiting(self) -> int:
        """Return how many events wait."""
        return len(self._items)

    def append(self, items: Sequence[Item]) -> None:
        """Take events, all or none. Raises `Full`."""
        size = sum(len(item.body) for item in items)
        if self.size + size > self._room:
            raise Full(
                f"no room for {len(items)} more events: {self.waiting:,} wait in memory ({self.size:,} of "
                f"{self._room:,} bytes); send more slowly, raise `room`, or give a directory for a spill"
            )
        self._items.extend(items)
        self.size += size

    def peek(self, most: int, most_bytes: int) -> list[Item]:
        """Return the next events, without taking them out: one, and more within the bounds."""
        found, size = list[Item](), 0
        for item in self._items:
            size += len(item.body)
            if found and (len(found) >= most or size > most_bytes):
                break
            found.append(item)
        return found

    def done(self, count: int, accepted: Item | None = None) -> None:
        """Take out the first events, which were peeked."""
        for _ in range(count):
            self.size -= len(self._items.popleft().body)

    def tend(self) -> None:
        """Nothing has to be written or found."""

    def damaged(self) -> int:
        """Return how many records were found damaged since the last call: none."""
        return 0

    def close(self) -> None:
        """Nothing is open."""
