"""How a client behaves."""

from dataclasses import dataclass
from typing import Literal

Fsync = Literal["always", "second", "never"]
"""When the disk itself is asked to have an event: before `send` returns, within a second, or when the system likes.

What was taken survives the end of the process, kill -9 included, with any of them; this is about power cuts.
"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Sizes and times; the defaults suit most programs."""

    batch_events: int = 500
    """Events of one request, at most; so many are sent at once."""

    batch_bytes: int = 2**20
    """Bytes of one request, at most; a larger event goes alone."""

    linger_s: float = 0.2
    """Seconds that an event may wait for others to share its request."""

    room: int = 2**30
    """Bytes of waiting events, in memory or on disk: beyond them `send` raises `Full`. Of each process."""

    first_wait_s: float = 0.2
    """Seconds until the second try, about; they double with every failure ..."""

    longest_wait_s: float = 30.0
    """... up to this. What `Retry-After` asks for is waited in any case."""

    close_within_s: float = 10.0
    """Seconds in which the end of a block may deliver what waits."""

    fsync: Fsync = "second"
    """When the disk itself is asked to have an event."""
