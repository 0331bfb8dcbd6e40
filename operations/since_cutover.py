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
from retrieval import satisfied_shares
from retrieval.satisfied_shares import Compared, Person, Verdict, compared, weekdays
from stores.serving import ServingRecord
from stores.warehouse import Warehouse

WATCHED = timedelta(days=28)
"""How long a model is watched, and how much of the time before it is compared with."""


@dataclass(frozen=True, slots=True)
class SinceCutover:
    """What people got before and since a cutover to a model."""

    model: str
    moved_at: datetime
    found: Compared


def read(
    warehouse: Warehouse, tenant: str, record: ServingRecord | None, now: datetime, rules: Rules
) -> SinceCutover | None:
    """Return how what is live has done since its cutover; None where no operator cut over to it, or long ago."""
    if record is None or record.packet is None or not timedelta(0) <= now - record.moved_at <= WATCHED:
        return None
    earlier = Period(record.moved_at - WATCHED, record.moved_at - timedelta(seconds=1))
    moves = [each.at for each in drift_history.happenings(warehouse, tenant, earlier) if each.kind != "retrain"]
    period = Period(max(moves, default=earlier.since), now)
    rows = warehouse.query(
        "satisfaction_by_person", tenant=tenant, moved=Period(record.moved_at, now).parameters()["since"],
        weekdays=weekdays(record.moved_at, now), satisfied_s=float(rules.satisfied_s), **period.parameters(),
    )  # fmt: skip
    people = [Person(*(row[name] for name in Person._fields)) for row in rows]
    return SinceCutover(record.model, record.moved_at, compared(people))


def in_words(since: SinceCutover | None) -> str:
    """Return what was found as a sentence, empty for None; shares in per cent, differences in points. A pure rule."""
    if since is None:
        return ""
    return satisfied_shares.in_words(since.found, f"since the cutover to {since.model}", "before")


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
