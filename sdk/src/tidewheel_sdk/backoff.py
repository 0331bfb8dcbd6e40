"""How long to wait before a batch is tried again."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER_S = 600.0
"""Longer than this no server makes anybody wait."""


def wait_s(
    failures: int,
    retry_after_s: float | None,
    first_s: float,
    longest_s: float,
    draw: Callable[[], float] = random.random,
) -> float:
    """Return the seconds until the next try, after so many failures in a row (1 or more).

    The bound doubles with every failure, and half of it is drawn, so that many senders do not come back at once. What
    the server asks for is waited at least, and up to a tenth more. `draw` gives numbers from 0 to 1.
    """
    bound = min(longest_s, first_s * 2.0 ** min(failures - 1, 60))
    wait = bound * (0.5 + 0.5 * draw())
    if retry_after_s is None:
        return wait
    return max(wait, min(retry_after_s, MAX_RETRY_AFTER_S) * (1 + 0.1 * draw()))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (a number, or a date); None without a right one."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
