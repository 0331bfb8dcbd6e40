"""Stretches of event time that pages and reports are about: they end with the newest that a tenant did."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from schemas.instants import sql_text
from stores.warehouse import Warehouse

_STEP = timedelta(milliseconds=1)
"""What stored times are exact to."""


@dataclass(frozen=True, slots=True)
class Period:
    """From after `since` up to and with `until`, to the millisecond."""

    since: datetime
    until: datetime

    def parameters(self) -> dict[str, str]:
        """Return the parameters that queries of a period take: UTC, as ClickHouse writes a time."""
        return {"since": sql_text(self.since), "until": sql_text(self.until)}

    def in_weeks(self) -> "Period":
        """Return the period from the Monday, UTC, of its first week on, so that this week is whole."""
        first = (self.since + _STEP).astimezone(UTC).date()
        monday = datetime.combine(first - timedelta(days=first.weekday()), time(), UTC)
        return Period(monday - _STEP, self.until)


def recent(warehouse: Warehouse, tenant: str, length: timedelta, now: datetime) -> Period:
    """Return the period of this length that ends with the tenant's newest search, click, reaction or window.

    It ends with `now` where there is none.
    """
    (newest,) = warehouse.query("newest_activity", tenant=tenant)
    end = max(newest["activity"], newest["window"])
    until = end + timedelta(seconds=1) if end.year > 1970 else now
    return Period(until - length, until)
