"""Where events wait until they are delivered: what `Memory` and `Spill` have in common."""

from collections.abc import Sequence
from typing import Protocol

from tidewheel_sdk.wire import Item


class Buffer(Protocol):
    """Waiting events, in order."""

    on_disk: bool

    @property
    def waiting(self) -> int:
        """Return how many events wait."""
        ...

    def append(self, items: Sequence[Item]) -> None:
        """Take events, all or none. Raises `Full`."""
        ...

    def peek(self, most: int, most_bytes: int) -> list[Item]:
        """Return the next events without taking them out."""
        ...

    def done(self, count: int, accepted: Item | None = None) -> None:
        """Take out the first events, which were peeked; `accepted` is one of them that the target took."""
        ...

    def tend(self) -> None:
        """Do what is due now and then."""
        ...

    def damaged(self) -> int:
        """Return how many records were found damaged since the last call."""
        ...

    def close(self) -> None:
        """Let go."""
        ...
