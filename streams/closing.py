"""Closing sessions: claim what is due ▸ compute ▸ write sessions and co-access pairs ▸ remove from the open ones.

A clean user is computed from the open sessions in Redis. A user with late accesses is computed from all raw rows and
Redis together, and what is no longer so is withdrawn; so sessions are a function of the accesses, whatever the order,
repeats and crashes. Several workers may close at once: users are claimed, and every row carries the claim's revision,
so the later claim's rows hold. Co-access pairs carry their session's revision and count only while the session has it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

from stores.access_log import AccessLog, Claim, OpenUser
from stores.columns import Column, Same
from streams.pairs import pair_id
from streams.pairs.co_access import CoAccessRules, neighbours
from streams.sessions import Access, SessionRules, complete, distinct, session_id, split

log = logging.getLogger(__name__)

Person = tuple[str, str]
"""(tenant, user)."""


class Warehouse(Protocol):
    """What closing needs of `stores.warehouse.Warehouse`."""

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        """Return the rows of a named query."""
        ...

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Insert columns."""
        ...


@dataclass(slots=True)
class _Closing:
    """What one claim comes to."""

    sessions: list[tuple[str, str, str, list[Access]]] = field(default_factory=list)
    withdrawn: list[tuple[str, str, str]] = field(default_factory=list)
    closed: list[int | None] = field(default_factory=list)


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

    def close_portion(self, now: int) -> Closed:
        """Close what is due, at most one portion; `now` is wall time in milliseconds.

        Raises `Retryable` when a store is away: what was claimed is claimed again when its lease is over.
        """
        began = self._clock()
        claim = self._accesses.claim(now, *self._portion)
        if not claim.users or claim.watermark is None:
            return Closed(0, 0, claim.watermark)
        closing = self._compute(claim, claim.watermark)
        if self._clock() - began > self._rules.lease_s / 2:
            log.warning("a closing took too long to be sure of its claim; its %d users come again", len(claim.users))
            return Closed(0, 0, claim.watermark)
        self._write(claim.revision, closing)
        lost = self._accesses.finish(claim, closing.closed)
        if lost:
            log.warning("%d users went to another closer meanwhile; they are computed again", lost)
        return Closed(len(claim.users), len(closing.sessions), claim.watermark)

    def _compute(self, claim: Claim, watermark: int) -> _Closing:
        late = [(u.tenant, u.user) for u in claim.users if u.late]
        raw, standing = self._raw(late), self._standing(late)
        closing = _Closing()
        for user in claim.users:
            if user.late:
                person = (user.tenant, user.user)
                self._recompute(user, raw[person], standing[person], watermark, closing)
            else:
                sessions, count = self._cut(user.accesses, watermark)
                closing.sessions += _rows(user, sessions[:count])
                closing.closed.append(sessions[count - 1][-1][0] if count else None)
        return closing

    def _cut(self, accesses: list[Access], watermark: int) -> tuple[list[list[Access]], int]:
        gap, most = self._rules.gap_ms, self._rules.max_accesses
        sessions = split(accesses, gap, most)
        return sessions, complete(sessions, watermark, gap, most)

    def _recompute(
        self,
        user: OpenUser,
        raw: list[Access],
        standing: dict[str, list[tuple[str, str]]],
        watermark: int,
        into: _Closing,
    ) -> None:
        sessions, count = self._cut(distinct([*user.accesses, *raw]), watermark)
        found = _rows(user, sessions[:count])
        into.sessions += [row for row in found if standing.get(row[2]) != [(e, d) for _, e, d in row[3]]]
        into.withdrawn += [(user.tenant, user.user, s) for s in standing.keys() - {row[2] for row in found}]
        open_still = {access[1:] for session in sessions[count:] for access in session}
        if open_still <= {access[1:] for access in user.accesses}:
            into.closed.append(sessions[count - 1][-1][0] if count else None)
        else:
            into.closed.append(None)  # a late access opened a closed session again: stay with the raw rows

    def _raw(self, people: list[Person]) -> dict[Person, list[Access]]:
        found: dict[Person, list[Access]] = defaultdict(list)
        for row in self._of(people, "accesses_of_users"):
            found[row["tenant"], row["user"]].append((row["time"], row["event_id"], row["document"]))
        return found

    def _standing(self, people: list[Person]) -> dict[Person, dict[str, list[tuple[str, str]]]]:
        found: dict[Person, dict[str, list[tuple[str, str]]]] = defaultdict(dict)
        for row in self._of(people, "sessions_standing"):
            held = list(zip(row["event_ids"], row["documents"], strict=True))
            found[row["tenant"], row["user"]][row["session"]] = held
        return found

    def _of(self, people: list[Person], query: str) -> list[dict[str, Any]]:
        if not people:
            return []
        return self._warehouse.query(query, tenants=[t for t, _ in people], users=[u for _, u in people])

    def _write(self, revision: int, closing: _Closing) -> None:
        if closing.sessions:
            self._warehouse.insert("sessions", _session_columns(closing, revision))
        if closing.withdrawn:
            self._warehouse.insert("sessions", _withdrawn_columns(closing, revision))
        pairs = self._pair_columns(closing, revision)
        if pairs["pair"]:
            self._warehouse.insert("pairs", pairs)

    def _pair_columns(self, closing: _Closing, revision: int) -> dict[str, Any]:
        found = [
            (tenant, user, session, pair)
            for tenant, user, session, accesses in closing.sessions
            if len(accesses) > 1
            for pair in neighbours(accesses, self._co_access)
        ]
        return {
            "tenant": [tenant for tenant, _, _, _ in found],
            "pair": [
                pair_id("co_access", tenant, session, *sorted((pair.first[2], pair.second[2])))
                for tenant, _, session, pair in found
            ],
            "kind": Same("co_access"),
            "anchor_document": [pair.first[2] for *_, pair in found],
            "document": [pair.second[2] for *_, pair in found],
            "weight": [pair.weight for *_, pair in found],
            "user": [user for _, user, _, _ in found],
            "session": [session for _, _, session, _ in found],
            "source_version": Same(revision),
            "event_ids": [[pair.first[1], pair.second[1]] for *_, pair in found],
            "occurred_at": [pair.second[0] for *_, pair in found],
            "revision": Same(revision),
        }


def _rows(user: OpenUser, sessions: list[list[Access]]) -> list[tuple[str, str, str, list[Access]]]:
    return [(user.tenant, user.user, session_id(user.tenant, user.user, s[0]), s) for s in sessions]


def _session_columns(closing: _Closing, revision: int) -> dict[str, Column]:
    rows = closing.sessions
    return {
        "tenant": [tenant for tenant, _, _, _ in rows],
        "user": [user for _, user, _, _ in rows],
        "session": [session for _, _, session, _ in rows],
        "started_at": [accesses[0][0] for *_, accesses in rows],
        "ended_at": [accesses[-1][0] for *_, accesses in rows],
        "accesses": [len(accesses) for *_, accesses in rows],
        "documents": [[document for _, _, document in accesses] for *_, accesses in rows],
        "event_ids": [[event for _, event, _ in accesses] for *_, accesses in rows],
        "withdrawn": Same(0),
        "revision": Same(revision),
    }


def _withdrawn_columns(closing: _Closing, revision: int) -> dict[str, Column]:
    return {
        "tenant": [tenant for tenant, _, _ in closing.withdrawn],
        "user": [user for _, user, _ in closing.withdrawn],
        "session": [session for _, _, session in closing.withdrawn],
        "withdrawn": Same(1),
        "revision": Same(revision),
    }
