"""Stretches of event time that pages and reports are about: they end with the newest that a tenant did."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stores.warehouse import Warehouse

_SQL_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Period:
    """From after `since` up to and with `until`, to the second."""

    since: datetime
    until: datetime

    def parameters(self) -> dict[str, str]:
        """Return the parameters that queries of a period take: UTC, as ClickHouse writes a time."""
        return {"since": _written(self.since), "until": _written(self.until)}


def recent(warehouse: Warehouse, tenant: str, length: timedelta, now: datetime) -> Period:
    """Return the period of this length that ends with the tenant's newest search or window; with `now` without any."""
    (newest,) = warehouse.query("newest_activity", tenant=tenant)
    end = max(newest["search"], newest["window"])
    until = end + timedelta(seconds=1) if end.year > 1970 else now
    return Period(until - length, until)


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):{_SQL_TIME}}"
