"""Closing sessions: claim what is due ▸ compute ▸ write co-access pairs and sessions ▸ remove from the open ones.

A clean user is computed from the open sessions in Redis. A user with late accesses is computed from all raw rows and
Redis together, and what is no longer so is withdrawn; so sessions are a function of the accesses, whatever the order,
repeats and crashes. Several workers may close at once: users are claimed, and every row carries the claim's revision,
so the later claim's rows hold. Co-access pairs carry their session's revision and count only while the session has it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple, Protocol

from schemas.ids import join_ids, stable_ids
from stores.access_log import AccessLog, Claim, OpenUser
from stores.columns import Column, Same
from stores.ports import Inserts, Queries
from streams.pairs.co_access import CoAccessRules, neighbours
from streams.sessions import watermark
from streams.sessions.rules import Access, SessionRules, complete, distinct, session_id, split

log = logging.getLogger(__name__)

Person = tuple[str, str]
"""(tenant, user)."""

CLAIMS = 10
"""Claims written together: a query costs about the same whatever its size; a claim is as large as a script may be."""


class Warehouse(Queries, Inserts, Protocol):
    """What closing needs of `stores.warehouse.Warehouse`."""


class _Session(NamedTuple):
    """A session to write; the revision is its claim's."""

    tenant: str
    user: str
    session: str
    accesses: list[Access]
    revision: int


@dataclass(slots=True)
class _Closing:
    """What some claims come to: rows to write, and up to when each claim's users are closed then."""

    sessions: list[_Session] = field(default_factory=list)
    withdrawn: list[_Session] = field(default_factory=list)
    closed: list[tuple[Claim, list[int | None]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Closed:
    """What one call did: users looked at, sessions written, and how far time has come (ms since 1970)."""

    users: int
    sessions: int
    watermark: int | None


class Closer:
    """Closes sessions, a bounded portion a call. Not for several threads at once; several processes are welcome."""

    def __init__(
        self,
        warehouse: Warehouse,
        accesses: AccessLog,
        rules: SessionRules,
        co_access: CoAccessRules,
        portion: tuple[int, int] = (1_000, 20_000),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._warehouse = warehouse
        self._accesses = accesses
        self._rules = rules
        self._co_access = co_access
        self._portion = portion
        self._clock = clock

    def reached(self, now: int) -> int | None:
        """Return how far event time has come at wall time `now`, both in milliseconds; None when nothing tells."""
        rules = self._rules
        return watermark.reached(
            self._accesses.sources(),
            now,
            gap_ms=rules.gap_ms,
            lateness_ms=rules.lateness_ms,
            idle_after_ms=rules.idle_after_ms,
            idle_close_ms=rules.idle_close_ms,
        )

    def close_portion(self, now: int) -> Closed:
        """Close what is due, some claims' worth; `now` is wall time in milliseconds.

        Raises `Retryable` when a store is away: what was claimed is claimed again when its lease is over.
        """
        began = self._clock()
        reached = self.reached(now)
        claims = [self._accesses.claim(now, reached, *self._portion)]
        while claims[-1].users and len(claims) < CLAIMS:
            claims.append(self._accesses.claim(now, reached, *self._portion))
        raised, users = claims[-1].watermark, sum(len(claim.users) for claim in claims)
        if not users:
            return Closed(0, 0, raised)
        closing = self._compute(claims)
        if self._clock() - began > self._rules.lease_s / 2:
            log.warning("a closing took too long to be sure of its claims; its %d users come again", users)
            return Closed(0, 0, raised)
        self._write(closing)
        lost = sum(self._accesses.finish(claim, closed) for claim, closed in closing.closed)
        if lost:
            log.warning("%d users went to another closer meanwhile; they are computed again", lost)
        return Closed(users, len(closing.sessions), raised)

    def _compute(self, claims: Iterable[Claim]) -> _Closing:
        late = [(u.tenant, u.user) for claim in claims for u in claim.users if u.late]
        raw, stored = self._raw(late), self._stored(late)
        into = _Closing()
        for claim in claims:
            closed: list[int | None] = []
            for user in claim.users:
                if user.late:
                    person = (user.tenant, user.user)
                    closed.append(self._recompute(user, claim, raw[person], stored[person], into))
                else:
                    sessions, count = self._cut(user.accesses, claim)
                    into.sessions += _rows(user, sessions[:count], claim.revision)
                    closed.append(_closed(sessions, count, claim))
            into.closed.append((claim, closed))
        return into

    def _cut(self, accesses: list[Access], claim: Claim) -> tuple[list[list[Access]], int]:
        gap, most = self._rules.gap_ms, self._rules.max_accesses
        sessions = split(accesses, gap, most)
        return sessions, complete(sessions, claim.watermark or 0, gap, most)

    def _recompute(
        self,
        user: OpenUser,
        claim: Claim,
        raw: list[Access],
        stored: dict[str, list[tuple[str, str]]],
        into: _Closing,
    ) -> int | None:
        """Compute a user from all rows; return up to when it is closed once the rows are written.

        Of the sessions that are stored as they are computed, those without an access in Redis are left alone: a
        person's whole past may be long. The others are written again: an access may have got an earlier time, and a
        closing that was never finished may have left pairs of a later revision than their session's.
        """
        revision = claim.revision
        recorded = {access[1:] for access in user.accesses}
        sessions, count = self._cut(distinct([*user.accesses, *raw]), claim)
        computed = _rows(user, sessions[:count], revision)
        for row in computed:
            held = [access[1:] for access in row.accesses]
            if held != stored.get(row.session) or not recorded.isdisjoint(held):
                into.sessions.append(row)
        gone = stored.keys() - {row.session for row in computed}
        into.withdrawn += [_Session(user.tenant, user.user, session, [], revision) for session in gone]
        open_still = {access[1:] for session in sessions[count:] for access in session}
        if not open_still <= recorded:
            return None  # a late access opened a closed session again: stay with the raw rows
        return _closed(sessions, count, claim)

    def _raw(self, people: list[Person]) -> dict[Person, list[Access]]:
        accesses: dict[Person, list[Access]] = defaultdict(list)
        for row in self._of(people, "accesses_of_users"):
            accesses[row["tenant"], row["user"]].append((row["time"], row["event_id"], row["document"]))
        return accesses

    def _stored(self, people: list[Person]) -> dict[Person, dict[str, list[tuple[str, str]]]]:
        sessions: dict[Person, dict[str, list[tuple[str, str]]]] = defaultdict(dict)
        for row in self._of(people, "sessions_stored"):
            held = list(zip(row["event_ids"], row["documents"], strict=True))
            sessions[row["tenant"], row["user"]][row["session"]] = held
        return sessions

    def _of(self, people: list[Person], query: str) -> list[dict[str, Any]]:
        if not people:
            return []
        return self._warehouse.query(query, tenants=[t for t, _ in people], users=[u for _, u in people])

    def _write(self, closing: _Closing) -> None:
        # Pairs first: they count only beside their session, and a session that is stored may not be written again.
        pairs = _pair_columns(closing.sessions, self._co_access)
        if pairs["pair"]:
            self._warehouse.insert("pairs", pairs)
        if closing.sessions:
            self._warehouse.insert("sessions", _session_columns(closing.sessions))
        if closing.withdrawn:
            self._warehouse.insert("sessions", _withdrawn_columns(closing.withdrawn))


def _closed(sessions: list[list[Access]], count: int, claim: Claim) -> int | None:
    """Return up to when a person with these sessions is closed, as many of them as are complete."""
    if count == len(sessions):
        return (claim.watermark or 0) - 1  # all that is known before the watermark; what comes there now is late
    return sessions[count - 1][-1][0] if count else None


def _rows(user: OpenUser, sessions: list[list[Access]], revision: int) -> list[_Session]:
    tenant, name = user.tenant, user.user
    return [_Session(tenant, name, session_id(tenant, name, s[0]), s, revision) for s in sessions]


def _session_columns(rows: list[_Session]) -> dict[str, Column]:
    held = [row.accesses for row in rows]
    return {
        "tenant": [row.tenant for row in rows],
        "user": [row.user for row in rows],
        "session": [row.session for row in rows],
        "started_at": [accesses[0][0] for accesses in held],
        "ended_at": [accesses[-1][0] for accesses in held],
        "accesses": [len(accesses) for accesses in held],
        "documents": [[document for _, _, document in accesses] for accesses in held],
        "event_ids": [[event for _, event, _ in accesses] for accesses in held],
        "withdrawn": Same(0),
        "revision": [row.revision for row in rows],
    }


def _withdrawn_columns(rows: list[_Session]) -> dict[str, Column]:
    return {
        "tenant": [row.tenant for row in rows],
        "user": [row.user for row in rows],
        "session": [row.session for row in rows],
        "withdrawn": Same(1),
        "revision": [row.revision for row in rows],
    }


def _pair_columns(rows: list[_Session], rules: CoAccessRules) -> dict[str, Any]:
    parts: list[bytes] = []
    columns: tuple[list[Any], ...] = tuple([] for _ in _PAIR)
    tenants, anchors, documents, weights, users, sessions, events, times, revisions = columns
    for tenant, user, session, accesses, revision in rows:
        for i, j, weight in neighbours(accesses, rules) if len(accesses) > 1 else ():
            (_, event, first), (time, later_event, second) = accesses[i], accesses[j]
            low, high = (first, second) if first < second else (second, first)
            parts.append(join_ids("co_access", tenant, session, low, high).encode())
            tenants.append(tenant)
            anchors.append(first)
            documents.append(second)
            weights.append(weight)
            users.append(user)
            sessions.append(session)
            events.append([event, later_event])
            times.append(time)
            revisions.append(revision)
    return {
        **dict(zip(_PAIR, columns, strict=True)),
        "pair": stable_ids(parts),  # each the `pair_id` of its parts
        "kind": Same("co_access"),
        "source_version": revisions,
    }


_PAIR = ("tenant", "anchor_document", "document", "weight", "user", "session", "event_ids", "occurred_at", "revision")
