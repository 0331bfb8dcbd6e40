"""What people did before a cutover with another search, from its imported log: can it stand for the time before?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from operations.periods import Period
from retrieval.satisfied_shares import LEAST_PEOPLE
from schemas.instants import sql_text
from stores.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What keeps a log from being compared with (`unlike`), and why only openings are (`untimed`); empty for nothing
    of the kind."""

    unlike: str = ""
    untimed: str = ""


def read(
    warehouse: Warehouse, tenant: str, model: str, moved_at: datetime, period: Period, days: Sequence[int],
    satisfied_s: float,
) -> Elsewhere | None:  # fmt: skip
    """Return what the log of another search is good for beside what the model answered since it moved, on these days
    of the week; None where there is no such log."""
    (row,) = warehouse.query(
        "searches_elsewhere", tenant=tenant, model=model, moved=sql_text(moved_at), weekdays=list(days),
        satisfied_s=satisfied_s, **period.parameters(),
    )  # fmt: skip
    newest = row.pop("newest")
    return judged(newest if newest.year > 1970 else None, period.since, **row)


def judged(
    newest: datetime | None, begin: datetime, *, people: int, answered: int, untouched: int, timed_before: int,
    timed_since: int,
) -> Elsewhere | None:  # fmt: skip
    """Return what a log is good for; `newest` is its last search before the cutover, to be after `begin`. Pure."""
    if newest is None:
        return None
    if newest <= begin:
        return Elsewhere(f"the newest search of its log is of {newest:%Y-%m-%d}, before {begin:%Y-%m-%d}")
    if people < LEAST_PEOPLE:
        return Elsewhere(f"its log has {people:,} people on those days, and {LEAST_PEOPLE} are needed")
    if answered < LEAST_PEOPLE:
        return Elsewhere("its log does not say what the searches showed (`results`), so none counts as answered")
    if not untouched:
        return Elsewhere("its log has only searches after which something was opened, so all of them seem to satisfy")
    if bool(timed_before) == bool(timed_since):
        return Elsewhere()
    return Elsewhere(untimed=f"{'the log' if not timed_before else 'what came since'} does not tell for how long")
