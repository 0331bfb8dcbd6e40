"""Instants and the whole numbers that stand for them in rows, in Redis and in queries: counted since 1970, UTC.

All of it in whole numbers: a float holds today's microseconds, but not those that a row may carry.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MILLISECOND = timedelta(milliseconds=1)
_MICROSECOND = timedelta(microseconds=1)


def milliseconds(moment: datetime) -> int:
    """Return an aware instant as milliseconds since 1970, rounded down. Raises `TypeError` for a naive one."""
    return (moment - EPOCH) // _MILLISECOND


def microseconds(moment: datetime) -> int:
    """Return an aware instant as microseconds since 1970. Raises `TypeError` for a naive one."""
    return (moment - EPOCH) // _MICROSECOND


def sql_text(moment: datetime) -> str:
    """Return an aware instant, to the millisecond, in UTC, as ClickHouse reads a `DateTime64(3, 'UTC')` from text."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")


def is_over(wait: timedelta, since: datetime, now: datetime) -> bool:
    """Return whether a wait that began then is over.

    So it is, too, where the clock was set back behind its beginning: what is done from time to time is then done once
    too often rather than not for days.
    """
    return not timedelta(0) <= now - since < wait


def instant(since_1970_ms: int) -> datetime:
    """Return the instant, in UTC, that lies so many milliseconds after 1970 began."""
    return EPOCH + since_1970_ms * _MILLISECOND
