"""Since the last cutover: do people find what they look for as they did before? A loss asks for the way back.

Compared are the shares of answered searches that satisfied (`operations.quality` says what does) since the cutover and
in the four weeks before it, as far as the model before was live in them, on the same days of the week; by the rule of
`retrieval.satisfied_shares`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from operations import drift_history
from operations.periods import Period
from operations.quality import Rules
from operations.rollback import is_rollback
from retrieval import satisfied_shares
from retrieval.satisfied_shares import Compared, Person, Verdict, compared, weekdays
from stores.serving import ServingRecord
from stores.warehouse import Warehouse

WATCHED = timedelta(days=28)
"""How long a model is watched, and how much of the time before it is compared with."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class SinceCutover:
    """What people got before and since a cutover to a model: before it from `began` on, on these days of the week
    alone (1 is Monday)."""

    model: str
    moved_at: datetime
    found: Compared
    began: datetime | None = None
    days: tuple[int, ...] = ()


def read(
    warehouse: Warehouse, tenant: str, record: ServingRecord | None, now: datetime, rules: Rules
) -> SinceCutover | None:
    """Return how what is live has done since its cutover; None where no operator cut over to it, or long ago."""
    if record is None or record.packet is None or not timedelta(0) <= now - record.moved_at <= WATCHED:
        return None
    earlier = Period(record.moved_at - WATCHED, record.moved_at - timedelta(seconds=1))
    moves = [each.at for each in drift_history.happenings(warehouse, tenant, earlier) if each.kind != "retrain"]
    period = Period(max(moves, default=earlier.since), now)
    days = weekdays(record.moved_at, now)
    rows = warehouse.query(
        "satisfaction_by_person", tenant=tenant, moved=Period(record.moved_at, now).parameters()["since"],
        weekdays=days, satisfied_s=float(rules.satisfied_s), **period.parameters(),
    )  # fmt: skip
    people = [Person(*(row[name] for name in Person._fields)) for row in rows]
    return SinceCutover(record.model, record.moved_at, compared(people), period.since, tuple(days))


def in_words(since: SinceCutover | None) -> str:
    """Return what was found as a sentence, empty for None; shares in per cent, differences in points. A pure rule."""
    if since is None:
        return ""
    return satisfied_shares.in_words(since.found, f"since the cutover to {since.model}", _before(since))


def not_watched(tenant: str, record: ServingRecord | None) -> str:
    """Return why there is no cutover to watch, as a sentence. A pure rule."""
    if record is not None and is_rollback(record):
        return (
            f"No cutover of '{tenant}' to watch: the last move was a rollback to {record.model}, on "
            f"{record.moved_at:%Y-%m-%d %H:%M} UTC by {record.by}."
        )
    return f"No cutover of '{tenant}' to watch: none was approved in the last {WATCHED.days} days."


def is_lost(since: SinceCutover | None) -> bool:
    """Tell whether people find less since the cutover, as surely as the interval says."""
    return since is not None and since.found.verdict is Verdict.LOSS


def advice(since: SinceCutover | None, record: ServingRecord | None, now: datetime) -> str:
    """Return what to do about a loss; empty where there is none. A pure rule."""
    if record is None or not is_lost(since):
        return ""
    if record.standby is None or record.standby.until <= now:
        return "nothing is kept to roll back to any more: train again"
    return f"roll back to {record.standby.model}, which is kept fresh until {record.standby.until:%Y-%m-%d %H:%M} UTC"


def _before(since: SinceCutover) -> str:
    """Return what the time since is compared with."""
    if since.began is None:
        return "before"
    named = ", ".join(_DAYS[day - 1] for day in since.days)
    only = "" if len(since.days) == len(_DAYS) else f", only {named}: the days of the week that came since"
    return f"before ({since.began:%Y-%m-%d} to {since.moved_at:%Y-%m-%d}{only})"
