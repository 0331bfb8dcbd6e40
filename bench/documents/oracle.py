"""What is so: for every document each list that it had, from when to when, and whether it is deleted.

A change holds from the moment its event is stored (or acknowledged, as the benchmark says); until `bound_s` seconds
after that, and while it is under way, an answer may still follow the state before. Times are monotonic seconds.
"""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.documents import EVERYONE


@dataclass(slots=True)
class State:
    """What one event says of a document; `groups` is None when it says that the document is deleted."""

    event: str
    version: int
    groups: frozenset[str] | None
    sent_at: float
    stored_at: float = math.inf

    def shows(self, groups: frozenset[str]) -> bool:
        """Return whether a member of `groups` may see the document in this state."""
        return self.groups is not None and bool(self.groups & (groups | {EVERYONE}))


class Wrong(StrEnum):
    """What can be wrong with a document in an answer."""

    LEAKED = "leaked"
    RESURRECTED = "resurrected"
    UNKNOWN = "unknown"


class Oracle:
    """The states of all documents; safe to use from several threads."""

    def __init__(self, bound_s: float) -> None:
        self.bound_s = bound_s
        self._states: dict[str, list[State]] = {}
        self._of_event: dict[str, tuple[str, int]] = {}
        self._gone: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def sent(self, document: str, event: str, version: int, groups: frozenset[str] | None, at: float) -> None:
        """Note that an event is being sent: from now on an answer may follow it."""
        with self._lock:
            states = self._states.setdefault(document, [])
            self._of_event[event] = (document, len(states))
            states.append(State(event, version, groups, at))

    def stored(self, event: str, at: float) -> None:
        """Note that this event, and every one of its document before it, is stored; what was noted before stays."""
        with self._lock:
            document, number = self._of_event[event]
            for state in self._states[document][: number + 1]:
                state.stored_at = min(state.stored_at, at)

    def documents(self) -> list[str]:
        """Return the ids of all documents that were ever sent."""
        with self._lock:
            return list(self._states)

    def newest(self, document: str) -> State:
        """Return what the last event sent says of a document."""
        with self._lock:
            return self._states[document][-1]

    def ever_shown(self, document: str, groups: frozenset[str]) -> bool:
        """Return whether a member of `groups` might ever see a document."""
        with self._lock:
            return any(state.shows(groups) for state in self._states[document])

    def settled(self, document: str, now: float) -> bool:
        """Return whether the last event of a document was stored longer than the bound ago."""
        return self.newest(document).stored_at + self.bound_s < now

    def not_shown(self, document: str, began: float, ended: float) -> None:
        """Note that a search of that time, by somebody of all groups, looked for a document and did not find it.

        A search that begins later and finds it, although its deletion was stored before, is not merely late.
        """
        with self._lock:
            last = self._states[document][-1]
            if last.groups is None and last.stored_at < began and self._gone.get(document, ("",))[0] != last.event:
                self._gone[document] = (last.event, ended)

    def judge(self, document: str, groups: frozenset[str], began: float, ended: float) -> Wrong | None:
        """Return what is wrong with this document in an answer to a member of `groups`, or None."""
        with self._lock:
            states = self._states.get(document)
            if states is None:
                return Wrong.UNKNOWN
            event, seen_gone = self._gone.get(document, ("", math.inf))
            gone = event == states[-1].event and began > seen_gone
            if gone or not any(state.shows(groups) for state in self._in_force(states, began, ended)):
                return Wrong.RESURRECTED if states[-1].groups is None else Wrong.LEAKED
            return None

    def _in_force(self, states: list[State], began: float, ended: float) -> Iterable[State]:
        """Yield the states that an answer between `began` and `ended` may follow."""
        for number, state in enumerate(states):
            follower = states[number + 1] if number + 1 < len(states) else None
            if state.sent_at <= ended and (follower is None or follower.stored_at + self.bound_s >= began):
                yield state
