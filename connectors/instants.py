"""Instants as exports and logs write them: seconds or milliseconds since 1970, ISO 8601, and Slack's. Pure."""

import re
from datetime import UTC, datetime, timedelta

from schemas.instants import EPOCH, instant

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_MILLISECONDS_FROM = 10_000_000_000
"""Seconds would be the year 2286: a number from here on counts milliseconds."""

_LATEST_MS = 253_402_300_799_999
_SLACK = re.compile(r"([0-9]{9,10})\.([0-9]{6})")


def moment(text: object) -> datetime | None:
    """Return an instant, UTC where no offset is written; None for what is none.

    Whole and broken numbers are seconds since 1970, from 10,000,000,000 on milliseconds.
    """
    if isinstance(text, bool) or text is None:
        return None
    written = str(text).strip()
    if _NUMBER.fullmatch(written):
        number = float(written)
        in_ms = number if abs(number) >= _MILLISECONDS_FROM else number * 1_000
        return instant(round(in_ms)) if 0 <= in_ms <= _LATEST_MS else None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def of_slack(stamp: object) -> datetime | None:
    """Return the instant of a message's `ts`, seconds and six digits that make it unique; None for what is none."""
    found = _SLACK.fullmatch(stamp) if isinstance(stamp, str) else None
    return EPOCH + timedelta(seconds=int(found[1]), microseconds=int(found[2])) if found else None
