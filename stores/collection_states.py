"""The life of a collection: its states and the moves that are legal between them.

    building ──▶ catching_up ──▶ verifying ──▶ ready ──▶ live ◀──▶ standby
       │              │           │  ▲ │         │                    │
       │              │           │  └─┼─────────┤ proof grew old     │ replaced, or its
       │              ◀───────────┘    │         │                    │ time is over
       │   documents changed meanwhile │         │ refused            ▼
       ├──────────────┴────────────────┴─────────┴───────────────▶ retired
       └──────▶ failed ◀── any state before ready; failed ──▶ building (tried again) or retired

Building ends when everything was compared that there was at its beginning; catching up ends when a shadow is within
two seconds of the documents. A tenant's first collection goes from building straight to live: there is nothing that
it replaces. A model that keeps the live collection has no rows to build: its name begins with verifying, and ends with
retired also when it goes live, because the collection that it is served from stays what it is. What is live and what is
standby is decided by the serving record alone; these states say it in words and move with it in one step.
"""

from enum import StrEnum

from stores.errors import Refused


class State(StrEnum):
    """One step of a collection's life."""

    BUILDING = "building"
    CATCHING_UP = "catching_up"
    VERIFYING = "verifying"
    READY = "ready"
    LIVE = "live"
    STANDBY = "standby"
    RETIRED = "retired"
    FAILED = "failed"


LEGAL_MOVES: dict[State, frozenset[State]] = {
    State.BUILDING: frozenset({State.CATCHING_UP, State.LIVE, State.FAILED, State.RETIRED}),
    State.CATCHING_UP: frozenset({State.VERIFYING, State.FAILED, State.RETIRED}),
    State.VERIFYING: frozenset({State.CATCHING_UP, State.READY, State.FAILED, State.RETIRED}),
    State.READY: frozenset({State.VERIFYING, State.LIVE, State.RETIRED}),
    State.LIVE: frozenset({State.STANDBY}),
    State.STANDBY: frozenset({State.LIVE, State.RETIRED}),
    State.FAILED: frozenset({State.BUILDING, State.RETIRED}),
    State.RETIRED: frozenset(),
}
"""The states that may follow each state."""

GROWING = frozenset({State.BUILDING, State.CATCHING_UP, State.VERIFYING})
"""States in which a shadow is still on its way to being ready."""


def check_move(collection: str, before: State, after: State) -> None:
    """Raise `Refused` unless a collection may go from `before` to `after`."""
    if after not in LEGAL_MOVES[before]:
        legal = ", ".join(sorted(LEGAL_MOVES[before])) or "none: the collection is gone"
        raise Refused(f"{collection} is {before} and cannot become {after}; legal next states: {legal}")
