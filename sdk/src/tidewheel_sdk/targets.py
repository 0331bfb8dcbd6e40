"""Where events go: what a client needs of a target, and what a target tells of every event."""

from collections.abc import Sequence
from hashlib import blake2b
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
    """Which target it is, for people, and the same in every process: no secret. What waits on disk waits for this name.

    A target that takes events by a key has a digest of it, too, as `key_digest`.
    """

    def send(self, items: Sequence[Item]) -> list[Verdict]:
        """Return a verdict on each, in order. Raises `Away` when the batch may be sent again, all of it."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def place(target: Target) -> str:
    """Return the name of the place of a target, with the key that it is asked with if it has one."""
    return f"{digest(target.name)}-{getattr(target, 'key_digest', '')}"


def digest(text: str) -> str:
    """Return what tells texts apart in names of directories, and shows nothing of them."""
    return blake2b(text.encode(), digest_size=12).hexdigest()
