"""Open sessions in Redis: which accesses of which user are not closed yet, and how far time has come.

    record ──▶ open ──(watermark a gap past the last access)──▶ claimed ──written by the caller──▶ finish ──▶ gone
                ▲                                                  │ lease over, nobody finished
                └──────────────────────────────────────────────────┘

The state is commutative: accesses recorded twice, or in another order, leave the same state. Nothing is removed before
the caller says that the sessions are written, so a crash between claim and finish repeats the writing, with the same
ids. An access behind the watermark makes its user *dirty*: sessions that it may have changed are closed already, so the
caller computes that user from the raw rows instead. Memory is bounded by the users' open accesses; a user who never
pauses is claimed as `long` so that full chunks can be closed. The scripts are in `stores.access_scripts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.ids import join_ids, split_ids
from stores import redis_client
from stores.access_scripts import CLAIM, FINISH, FORGET, RECORD, RESTORE, TAG

AT_ONCE = 5_000
"""Accesses of one script call: Redis answers nobody else meanwhile, about 20 ms."""

Access = tuple[int, str, str]
"""(milliseconds since 1970, event id, document)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How time passes, in milliseconds; `stores` knows no rules, so the caller's rules say these."""

    gap: int
    lateness: int
    idle_after: int
    idle_close: int
    lease: int
    long: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a batch told: the watermark, the source's last offset before it, positions of late accesses.

    `refused`: nothing of what lies between that offset and the batch is known, so the batch was not recorded.
    """

    watermark: int | None
    previous_offset: int | None
    late: list[int]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class OpenUser:
    """A claimed user: `late` > 0 means dirty, compute it from the raw rows; accesses are in order of time."""

    tenant: str
    user: str
    late: int
    accesses: list[Access]


@dataclass(frozen=True, slots=True)
class Claim:
    """A portion of users to close; `revision` grows from claim to claim. Empty when nothing is due."""

    watermark: int | None
    revision: int
    users: list[OpenUser]


class AccessLog:
    """One process's access to the open sessions; safe to use from several threads."""

    def __init__(self, client: redis_client.Client, pace: Pace, tag: str = TAG) -> None:
        self._pace = pace
        self._tag = tag
        self._client = client
        self._record = client.register_script(RECORD)
        self._claim = client.register_script(CLAIM)
        self._finish = client.register_script(FINISH)
        self._restore = client.register_script(RESTORE)
        self._forget = client.register_script(FORGET)

    def assign(self, sources: Iterable[str], now: int) -> None:
        """Say that these sources are being read or worked on: until they count as idle again, they hold time back."""
        moved: dict[Any, Any] = {source: str(now) for source in sources}
        if moved:
            redis_client.guarded(lambda: self._client.hset(f"{self._tag}:moved", mapping=moved))

    def record(
        self,
        source: str,
        span: tuple[int, int],
        now: int,
        users: Sequence[str],
        members: Sequence[str],
        times: Sequence[int],
        repaired: bool = False,
    ) -> Recorded:
        """Add accesses (parallel columns; a user is `user_key(...)`, a member `join_ids(event id, document)`).

        Accesses of one user should follow each other: that is quicker.

        One round trip for `AT_ONCE` of them. `span` is the batch's first and last offset. A batch that does not follow
        on what is known of its source is refused, until the caller has looked for lost accesses and says `repaired`.
        """
        parts = []
        newest, first = max(times), -1 if repaired else span[0]
        for start in range(0, len(users), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            # How far the source is, is told with the last part: a watermark moved in between must not pass the others.
            reached = (span[1], newest) if start + AT_ONCE >= len(users) else (-1, -1)
            blob = orjson.dumps((users[part], members[part], times[part]))
            arguments = (source, first, *reached, now, self._pace.long, blob)
            parts.append((start, _call(self._record, self._tag, arguments)))
            if refused := bool(parts[-1][1][3]):
                break
        previous, watermark = parts[-1 if refused else 0][1][1], parts[-1][1][0]
        return Recorded(
            None if watermark < 0 else int(watermark),
            None if previous < 0 else int(previous),
            [start + position for start, (_, _, late, _) in parts for position in late or ()],
            refused,
        )

    def reach(self, source: str, newest: int, now: int) -> None:
        """Say how far a source is that brings no accesses but moves time."""
        _call(self._record, self._tag, (source, -1, -1, newest, now, self._pace.long, b"[[],[],[]]"))

    def claim(self, now: int, most_users: int = 500, most_accesses: int = 20_000) -> Claim:
        """Move the watermark and claim a portion of what is due; users that another closer works on are left out."""
        pace = self._pace
        arguments = (
            now,
            pace.lateness,
            pace.gap,
            pace.idle_after,
            pace.idle_close,
            pace.lease,
            most_users,
            most_accesses,
        )
        watermark, revision, found = _call(self._claim, self._tag, arguments)
        users = [_open_user(*claimed) for claimed in found or ()]
        return Claim(None if watermark < 0 else int(watermark), int(revision), users)

    def finish(self, claim: Claim, closed: Sequence[int | None]) -> int:
        """Remove each claimed user's accesses up to a time (inclusive; None = nothing was closed).

        Returns how many users had gone to another closer meanwhile; those will be computed again.
        """
        users = [user_key(u.tenant, u.user) for u in claim.users]
        blob = orjson.dumps((users, [u.late for u in claim.users], [-1 if t is None else t for t in closed]))
        return int(_call(self._finish, self._tag, (claim.revision, blob))) if users else 0

    def restore(
        self, users: Sequence[tuple[str, int]], sources: Sequence[tuple[str, int, int]], least_watermark: int, now: int
    ) -> None:
        """After a loss: have users (key, time of last access) computed from the raw rows, and set back how far the
        sources (name, last offset, newest time) and the watermark were; nothing goes back by this."""
        columns = (*_columns(users, 2), *_columns(sources, 3))
        _call(self._restore, self._tag, (orjson.dumps(columns), least_watermark, now))

    def watermark(self) -> int | None:
        """Return the event time up to which sessions are closed, or None before the first closing."""
        value = redis_client.guarded(lambda: self._client.get(f"{self._tag}:watermark"))
        return None if value is None else int(str(value))

    def offsets(self) -> dict[str, int]:
        """Return each source's last offset."""
        found: Any = redis_client.guarded(lambda: self._client.hgetall(f"{self._tag}:offsets"))
        return {str(source): int(offset) for source, offset in found.items()}

    def open_users(self) -> int:
        """Return how many users have accesses that are not closed."""
        return int(str(redis_client.guarded(lambda: self._client.zcard(f"{self._tag}:due"))))

    def forget(self, tenant: str, user: str, now: int) -> bool:
        """Remove everything that is kept of one user; return False when a closer works on them: try again later."""
        return bool(_call(self._forget, self._tag, (user_key(tenant, user), now)))


def user_key(tenant: str, user: str) -> str:
    """Return how a user is named in Redis."""
    return join_ids(tenant, user)


def _call(script: Any, tag: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401  # redis-py types no scripts
    answer = redis_client.guarded(lambda: script(keys=[tag], args=arguments))
    return orjson.loads(answer) if isinstance(answer, str | bytes) else answer


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[i] for row in rows] for i in range(width)]


def _open_user(key: str, late: int, accesses: list[str] | int) -> OpenUser:
    tenant, user = split_ids(key)
    flat = accesses if isinstance(accesses, list) else []
    members = [split_ids(member) for member in flat[::2]]
    return OpenUser(tenant, user, late, [(int(t), e, d) for (e, d), t in zip(members, flat[1::2], strict=True)])
