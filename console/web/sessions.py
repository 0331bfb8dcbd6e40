"""Who is signed in: sessions in this process's memory, which end by themselves and with the operator's key.

A browser gets a random name of its session and nothing else; the operator's private key stays here, for as long as the
session does, and goes with it. Nothing is written anywhere, so a console that starts anew knows nobody.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from schemas.learning import CutoverApproved
from stores.keys import Key
from stores.rights import EVERY, Right
from stores.trusted import TrustedKey

IDLE = timedelta(hours=1)
"""Without a request."""
WHOLE = timedelta(hours=8)
"""Whatever is asked."""
MOST = 200
"""Sessions at once; beyond it the one that was idle longest ends."""


@dataclass
class Session:
    """One operator's session. `csrf` stands in every form, so that a request is known to come from our own pages."""

    operator: str
    key: Key = field(repr=False)
    csrf: str = field(repr=False)
    opened_at: datetime
    seen_at: datetime
    note: str = ""
    approvals: dict[str, CutoverApproved] = field(default_factory=dict)
    """By tenant: those whose outcome this session has still to be shown."""
    may: frozenset[Right] = EVERY
    """What its key may be used for. Pages offer nothing else; what counts is who verifies a signature."""

    def take_note(self) -> str:
        """Return what the next page has to tell of what was just done, once."""
        note, self.note = self.note, ""
        return note


class Sessions:
    """The sessions of one console. `holder` returns the operator whose key it is, now, or raises `Refused`."""

    def __init__(self, holder: Callable[[Key], TrustedKey]) -> None:
        self._holder = holder
        self._open: dict[str, Session] = {}
        self._lock = Lock()

    def open(self, key: Key, now: datetime) -> str:
        """Begin the session of this key's owner, and return its name for the cookie. Raises as `holder` does."""
        held, name = self._holder(key), secrets.token_urlsafe(32)
        with self._lock:
            self._sweep(now)
            if len(self._open) >= MOST:
                del self._open[min(self._open, key=lambda each: self._open[each].seen_at)]
            self._open[_hashed(name)] = Session(held.name, key, secrets.token_urlsafe(32), now, now, may=held.rights)
        return name

    def find(self, name: str, now: datetime, by_itself: bool = False) -> Session | None:
        """Return the session of this name; None when there is none, or its time is over.

        An open page that asks `by_itself` does not count as a request of the operator.

        Raises `Refused`, and ends it, when the operator's key does not hold any more.
        """
        with self._lock:
            self._sweep(now)
            session = self._open.get(_hashed(name))
        if session is None:
            return None
        try:
            held = self._holder(session.key)
        except Exception:
            self.close(name)
            raise
        session.operator, session.may = held.name, held.rights
        session.seen_at = session.seen_at if by_itself else now
        return session

    def close(self, name: str) -> None:
        """End the session of this name, if there is one."""
        with self._lock:
            self._open.pop(_hashed(name), None)

    def _sweep(self, now: datetime) -> None:
        over = [each for each, one in self._open.items() if now - one.seen_at > IDLE or now - one.opened_at > WHOLE]
        for each in over:
            del self._open[each]


def _hashed(name: str) -> str:
    # What is looked up is no secret, so how long the look takes tells nothing about one.
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
