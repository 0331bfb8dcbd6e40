"""Sessions: which accesses of one person belong together. Pure; times are milliseconds since 1970.

Two accesses are of one session iff the later comes less than a gap after the earlier. A run of accesses longer than
`max_accesses` is cut into chunks of that many, counted from its beginning, so that no session grows without bound.
`sql/queries/sessions_oracle.sql` says the same in SQL, and tests hold the two against each other row for row.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from schemas.ids import stable_id

Access = tuple[int, str, str]
"""(milliseconds since 1970, event id, document)."""


Timed = TypeVar("Timed", bound=tuple[Any, ...])
"""Anything that begins with its time: an access, or whatever else comes in sessions."""


class SessionRules(BaseModel):
    """How accesses become sessions, and when a session is complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_s: int = Field(
        default=1_800, ge=1, description="seconds without an access that end a session; the usual 30 min"
    )
    max_accesses: int = Field(
        default=500, ge=2, description="accesses; more within one sitting is a robot, and memory must stay bounded"
    )
    lateness_s: int = Field(
        default=300, ge=0, description="seconds that an event may be behind the newest one of its partition"
    )
    idle_after_s: float = Field(
        default=30.0,
        gt=0,
        description="wall seconds after which a silent partition holds time back no more; longer than a rebalance",
    )
    idle_close_s: float = Field(
        default=60.0, gt=0, description="wall seconds after which, when all is silent, open sessions are closed"
    )
    lease_s: float = Field(
        default=120.0, gt=0, description="wall seconds a closer may take for a portion; above a store's time-outs"
    )

    @property
    def gap_ms(self) -> int:
        """Return the gap in milliseconds."""
        return self.gap_s * 1_000

    @property
    def lateness_ms(self) -> int:
        """Return the allowed lateness in milliseconds of event time."""
        return self.lateness_s * 1_000

    @property
    def idle_after_ms(self) -> int:
        """Return after how many milliseconds of wall time a silent partition is idle."""
        return int(self.idle_after_s * 1_000)

    @property
    def idle_close_ms(self) -> int:
        """Return after how many milliseconds of silence everything is closed."""
        return int(self.idle_close_s * 1_000)

    @property
    def lease_ms(self) -> int:
        """Return how many milliseconds a claim holds."""
        return int(self.lease_s * 1_000)


def distinct(accesses: Iterable[Access]) -> list[Access]:
    """Return the accesses in order of (time, event id, document); of a repeated (event, document) the earliest."""
    first: dict[tuple[str, str], int] = {}
    for time, event, document in accesses:
        known = first.get((event, document))
        if known is None or time < known:
            first[event, document] = time
    return sorted((time, event, document) for (event, document), time in first.items())


def split(accesses: Sequence[Timed], gap_ms: int, max_accesses: int) -> list[list[Timed]]:
    """Cut distinct accesses, in order of their time in milliseconds, into sessions, in order."""
    sessions: list[list[Timed]] = []
    previous = None
    for access in accesses:
        if previous is None or access[0] - previous >= gap_ms or len(sessions[-1]) >= max_accesses:
            sessions.append([])
        sessions[-1].append(access)
        previous = access[0]
    return sessions


def complete(sessions: Sequence[list[Access]], watermark_ms: int, gap_ms: int, max_accesses: int) -> int:
    """Return how many of one person's sessions, from the first, can no longer change by an access that is not late.

    A session is complete when the watermark is a gap past its last access, or when it is full and the watermark is past
    its last access: what comes later goes into the next chunk. Where a chunk ends and the next begins in the same
    millisecond, neither goes without the other: accesses are removed by their time.
    """
    count = 0
    for number, (session, following) in enumerate(zip_longest(sessions, sessions[1:]), 1):
        last = session[-1][0]
        full = len(session) >= max_accesses and last < watermark_ms
        if last + gap_ms > watermark_ms and not full:
            break
        if following is None or following[0][0] > last:
            count = number
    return count


def session_id(tenant: str, user: str, first: Access) -> str:
    """Return the deterministic id of the session that begins with this access."""
    return stable_id("session", tenant, user, *first)
