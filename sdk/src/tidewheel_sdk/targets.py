"""Where events go: what a client needs of a target, and what a target tells of every event."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tidewheel_sdk.wire import Item


class Verdict(NamedTuple):
    """What the target decided on one event, for good."""

    accepted: bool
    reason: str = ""
    cut: tuple[str, ...] = ()


class Target(Protocol):
    """Takes batches, one at a time. Sending a batch again must change no result: ids say what is the same."""

    name: str
    """Which target it is, for people: no secret."""

    def send(self, items: Sequence[Item]) -> list[Verdict]:
        """Return a verdict on each, in order. Raises `Away` when the batch may be sent again, all of it."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
