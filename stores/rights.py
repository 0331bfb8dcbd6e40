"""What an operator may decide, action by action: rights are given with a key, and hold as long as it does.

Whoever verifies a decision asks them once more (`stores.signing`), so a key decides nothing that it was not given for,
wherever its owner signs. Other rights are another key: what was signed before stays as right as it was.
"""

from collections.abc import Mapping
from enum import StrEnum

from schemas.learning import (
    CutoverApproved,
    CutoverRefused,
    Decision,
    DriftMuted,
    RequestDismissed,
    RolledBack,
    TrainingRequested,
    TrainingStopped,
)


class Right(StrEnum):
    """One kind of decision. Everyone who has a key may look at everything that the console shows."""

    APPROVE = "approve"
    ROLLBACK = "rollback"
    RETRAIN = "retrain"
    DRIFT = "drift"
    REPLAY = "replay"


EVERY = frozenset(Right)

MEANING: Mapping[Right, str] = {
    Right.APPROVE: "approve or refuse a cutover",
    Right.ROLLBACK: "roll back",
    Right.RETRAIN: "ask for a training run or stop one, or judge another model",
    Right.DRIFT: "dismiss what drift asks for, or mute it",
    Right.REPLAY: "send dead letters again in the console",
}
"""What each allows, behind "may"."""

_NEEDED: Mapping[type[Decision], Right] = {
    CutoverApproved: Right.APPROVE,
    CutoverRefused: Right.APPROVE,
    RolledBack: Right.ROLLBACK,
    TrainingRequested: Right.RETRAIN,
    TrainingStopped: Right.RETRAIN,
    RequestDismissed: Right.DRIFT,
    DriftMuted: Right.DRIFT,
}


def needed(event: Decision) -> Right | None:
    """Return the right that an operator needs to sign this; None for what no operator signs. A pure rule."""
    return _NEEDED.get(type(event))


def beyond(event: Decision, name: str, rights: frozenset[Right]) -> str:
    """Return why `name`, whose key has these rights, may not sign this, or an empty string. A pure rule."""
    right = needed(event)
    return "" if right is None or right in rights else lacking(name, right)


def lacking(name: str, right: Right) -> str:
    """Return what to say to an operator who lacks a right."""
    return (
        f"'{name}' may not {MEANING[right]}: the key was given for other things; `tidewheel operators list` shows who "
        f"may, and a new key with `--may {right}` is another one"
    )
