"""Quality over time: week by week, how many searches satisfied, were clicked, found nothing, and explicit opinions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from operations.periods import Period
from stores.warehouse import Warehouse

QUERY = "quality_weekly"
"""The query behind this, in `sql/queries`; it says what each count means."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts: seconds of dwell that satisfy, and the meanings of reactions that are a yes and a no."""

    satisfied_s: float
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def parameters(self) -> dict[str, float | Sequence[str]]:
        """Return the parameters that the query takes."""
        return {"satisfied_s": float(self.satisfied_s), "yes": list(self.yes), "no": list(self.no)}


@dataclass(frozen=True, slots=True)
class Week:
    """The counts of one week, which begins on this Monday. Shares are from 0 to 1, None where nothing was counted."""

    week: date
    searches: int = 0
    people: int = 0
    answered: int = 0
    satisfied: int = 0
    lists: int = 0
    zero_click: int = 0
    shown: int = 0
    opened: int = 0
    own: int = 0
    zero_result: int = 0
    yes: int = 0
    no: int = 0

    @property
    def satisfaction(self) -> float | None:
        """Return the share of answered searches after which something satisfied."""
        return _share(self.satisfied, self.answered)

    @property
    def click_through(self) -> float | None:
        """Return the share of shown results that were opened."""
        return _share(self.opened, self.shown)

    @property
    def zero_click_rate(self) -> float | None:
        """Return the share of list searches after which nothing was opened."""
        return _share(self.zero_click, self.lists)

    @property
    def zero_result_rate(self) -> float | None:
        """Return the share of searches of this installation's index that found nothing."""
        return _share(self.zero_result, self.own)

    @property
    def approval(self) -> float | None:
        """Return the share of yeses among explicit yeses and noes."""
        return _share(self.yes, self.yes + self.no)


def read(warehouse: Warehouse, tenant: str, period: Period, rules: Rules) -> tuple[Week, ...]:
    """Return the weeks of a period in which anything happened, in order of time."""
    rows = warehouse.query("quality_weekly", tenant=tenant, **period.parameters(), **rules.parameters())
    return tuple(Week(**row) for row in rows)


def whole(weeks: Sequence[Week], period: Period) -> tuple[Week, ...]:
    """Return the weeks of a period without one that began before it, of which only a part was counted. Pure."""
    return tuple(week for week in weeks if datetime.combine(week.week, time(), UTC) >= period.since)


def together(weeks: Sequence[Week]) -> Week:
    """Return weeks as one, with the first one's date; people are not added up, because they come again. Pure."""
    names = [name for name in Week.__slots__ if name not in ("week", "people")]
    sums = {name: sum(getattr(week, name) for week in weeks) for name in names}
    return Week(week=weeks[0].week, people=max(week.people for week in weeks), **sums)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
