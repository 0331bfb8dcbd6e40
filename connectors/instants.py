"""Instants as exports and logs write them: seconds or milliseconds since 1970, ISO 8601, and Slack's. Pure."""

import re
from datetime import UTC, datetime, timedelta

from schemas.instants import EPOCH, instant

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_DATE = re.compile(r"((?:19|20)[0-9]{6})([0-9]{4}(?:[0-9]{2})?)?(?:\.0+)?|(?:19|20)[0-9]{2}(?:[0-9]{2})?")
"""A date of this century or the last without hyphens, alone or with a time; a year or a month alone is no instant."""

_MILLISECONDS_FROM = 10_000_000_000
"""Seconds would be the year 2286: a number from here on counts milliseconds."""

_LATEST_MS = 253_402_300_799_999
_SLACK = re.compile(r"([0-9]{9,10})\.([0-9]{6})")


def moment(text: object) -> datetime | None:
    """Return an instant, UTC where no offset is written; None for what is none.

    Whole and broken numbers are seconds since 1970, from 10,000,000,000 on milliseconds, but for those that are dates
    (20261102, 20261102090000).
    """
    if isinstance(text, bool) or text is None:
        return None
    written = str(text).strip()
    date = _DATE.fullmatch(written)
    if date is None and _NUMBER.fullmatch(written):
        number = float(written)
        in_ms = number if abs(number) >= _MILLISECONDS_FROM else number * 1_000
        return instant(round(in_ms)) if 0 <= in_ms <= _LATEST_MS else None
    try:
        found = datetime.fromisoformat("T".join(filter(None, date.groups())) if date else written)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def of_seconds(since_1970: float) -> datetime:
    """Return the instant so many seconds after 1970 began; the last one that can be written for any after it."""
    try:
        return datetime.fromtimestamp(since_1970, UTC)
    except (ValueError, OverflowError, OSError):
        return instant(_LATEST_MS) if since_1970 > 0 else EPOCH


def of_slack(stamp: object) -> datetime | None:
    """Return the instant of a message's `ts`, seconds and six digits that make it unique; None for what is none."""
    found = _SLACK.fullmatch(stamp) if isinstance(stamp, str) else None
    return EPOCH + timedelta(seconds=int(found[1]), microseconds=int(found[2])) if found else None
