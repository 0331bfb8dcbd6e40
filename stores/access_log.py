"""Open sessions in Redis: which accesses of which user are not closed yet, and how far time has come.

    record ──▶ open ──(watermark a gap past the last access)──▶ claimed ──written by the caller──▶ finish ──▶ gone
                ▲                                                  │ lease over, nobody finished
                └──────────────────────────────────────────────────┘

The state is commutative: accesses recorded twice, or in another order, leave the same state. Nothing is removed before
the caller says that the sessions are written, so a crash between claim and finish repeats the writing, with the same
ids. An access behind the watermark makes its user *dirty*: sessions that it may have changed are closed already, so the
caller computes that user from the raw rows instead. Memory is bounded by the users' open accesses; a user who never
pauses is claimed as `long` so that full chunks can be closed. Each step is one Lua script, `lua/access_*.lua`.

Keys, all under one hash tag T, so that a Redis Cluster keeps them together (on one node):

| key | kind | holds |
|---|---|---|
| `T:u:USER` | sorted set | the user's accesses not yet closed: member = event id, U+001F, document; score = time |
| `T:due` | sorted set | user → time of the last access |
| `T:long` | set | users with too many accesses to wait for a gap |
| `T:dirty` | hash | user → how many accesses came behind the watermark since the user's last closing |
| `T:claims` | hash | user → revision of the claim under which a closer works on it |
| `T:leases` | hash | revision → until when (wall clock) that claim holds |
| `T:seen` | hash | source → greatest event time; a source is one partition of one topic |
| `T:moved` | hash | source → when (wall clock) it last brought anything, or was known to have more |
| `T:offsets` | hash | source → offset of its last recorded access |
| `T:watermark`, `T:revision` | strings | what is closed; the number of the last claim |

USER is tenant, U+001F, user. All times are milliseconds since 1970.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.ids import join_ids, split_ids
from stores import lua_files, redis_client

TAG = "tidewheel:{accesses}"

AT_ONCE = 5_000
"""Accesses of one script call: Redis answers nobody else meanwhile, about 20 ms."""

Access = tuple[int, str, str]
"""(milliseconds since 1970, event id, document)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What ends a session and a claim, in milliseconds, and how many accesses are too many (`long`).

    `stores` knows no rules, so the caller's rules say these.
    """

    gap: int
    lease: int
    long: int


@dataclass(frozen=True, slots=True)
class Source:
    """How far a partition is: its newest event time, None when it has brought nothing, and the wall time it last moved.

    Both are milliseconds since 1970.
    """

    newest: int | None
    moved_at: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a batch returns: the watermark, the source's last offset before it, positions of late accesses.

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
        self._record = client.register_script(lua_files.named("access_record"))
        self._claim = client.register_script(lua_files.named("access_claim"))
        self._finish = client.register_script(lua_files.named("access_finish"))
        self._restore = client.register_script(lua_files.named("access_restore"))
        self._forget = client.register_script(lua_files.named("access_forget"))

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
        answers = []
        newest, first = max(times), -1 if repaired else span[0]
        for start in range(0, len(users), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            # How far the source is goes with the last part: a watermark moved in between must not pass the others.
            reached = (span[1], newest) if start + AT_ONCE >= len(users) else (-1, -1)
            blob = orjson.dumps((users[part], members[part], times[part]))
            arguments = (source, first, *reached, now, self._pace.long, blob)
            answers.append((start, _call(self._record, self._tag, arguments)))
            if refused := bool(answers[-1][1][3]):
                break
        previous, watermark = answers[-1 if refused else 0][1][1], answers[-1][1][0]
        return Recorded(
            None if watermark < 0 else int(watermark),
            None if previous < 0 else int(previous),
            [start + position for start, (_, _, late, _) in answers for position in late or ()],
            refused,
        )

    def reach(self, source: str, newest: int, now: int) -> None:
        """Say how far a source is that brings no accesses but moves time."""
        _call(self._record, self._tag, (source, -1, -1, newest, now, self._pace.long, b"[[],[],[]]"))

    def sources(self) -> list[Source]:
        """Return how far every known source is, read at one moment."""

        def read() -> Any:  # noqa: ANN401  # redis-py types no pipelines
            pipeline = self._client.pipeline(transaction=True)
            pipeline.hgetall(f"{self._tag}:moved")
            pipeline.hgetall(f"{self._tag}:seen")
            return pipeline.execute()

        moved, seen = redis_client.guarded(read)
        return [Source(int(seen[name]) if name in seen else None, int(at)) for name, at in moved.items()]

    def claim(self, now: int, reached: int | None, most_users: int = 500, most_accesses: int = 20_000) -> Claim:
        """Raise the watermark to `reached` if that is higher, and claim a portion of what is due by it.

        Users that another closer works on are left out.
        """
        arguments = (
            now,
            -1 if reached is None else reached,
            self._pace.gap,
            self._pace.lease,
            most_users,
            most_accesses,
        )
        watermark, revision, claimed = _call(self._claim, self._tag, arguments)
        users = [_open_user(*user) for user in claimed or ()]
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
        offsets: Any = redis_client.guarded(lambda: self._client.hgetall(f"{self._tag}:offsets"))
        return {str(source): int(offset) for source, offset in offsets.items()}

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
