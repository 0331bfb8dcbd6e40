"""Sentences that the errors of several stores share: what to do when nobody answers, which known name was meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from stores.errors import Retryable

NEXT_STEP = "is the stack up? `tidewheel up --status` tells, `tidewheel up` starts it"

_LISTED = 40
"""Names that a sentence lists at most."""


def unanswered(who: str, error: object) -> Retryable:
    """Return the error for a store (`who`, the sentence's subject) that did not answer, with the driver's own text."""
    return Retryable(f"{who} did not answer: {NEXT_STEP} ({error})")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a phrase with the known name nearest to a misspelt one, or with the first of them when none is near."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return f"the nearest known name is '{near[0]}'" if near else f"known are {', '.join(names[:_LISTED])}{more}"
