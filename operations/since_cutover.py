"""Since the last cutover: do people find what they look for as they did before? A loss asks for the way back.

Compared are the shares of answered searches that satisfied (`operations.quality` says what does): those that the model
answered since its cutover, and those of the four weeks before it, as far as the model before was live in them, on the
same days of the week; by the rule of `retrieval.satisfied_shares`. Where few searched here before, the searches of
another kind in those weeks are what was before (`operations.searches_elsewhere`). A model that was rolled back and
brought back is watched on from its cutover; what the other answered meanwhile counts on neither side.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operations import drift_history, searches_elsewhere
from operations.drift_history import Happening
from operations.periods import Period
from operations.quality import Rules
from operations.rollback import cutover_returned_to, is_rollback
from operations.searches_elsewhere import Elsewhere
from retrieval import satisfied_shares
from retrieval.satisfied_shares import LEAST_PEOPLE, Compared, Person, Verdict, compared, weekdays
from schemas.instants import sql_text
from stores.serving import ServingRecord
from stores.warehouse import Warehouse

WATCHED = timedelta(days=28)
"""How long a model is watched, and how much of the time before it is compared with."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SinceCutover:
    """What people got before and since a cutover to a model: before it from `began` on, on these days of the week
    alone (1 is Monday).

    `elsewhere` is what is known of another search before; where `by_another`, its searches are the ones before.
    `returned` is the rollback that brought the model back, None where it is live since its cutover.
    """

    model: str
    moved_at: datetime
    found: Compared
    began: datetime | None = None
    days: tuple[int, ...] = ()
    elsewhere: Elsewhere | None = None
    by_another: bool = False
    returned: datetime | None = None


def read(
    warehouse: Warehouse, tenant: str, record: ServingRecord | None, now: datetime, rules: Rules
) -> SinceCutover | None:
    """Return how what is live has done since its cutover; None where no operator cut over to it, or long ago."""
    moved_at, returned = _cutover(warehouse, tenant, record, now)
    if record is None or moved_at is None or not timedelta(0) <= now - moved_at <= WATCHED:
        return None
    earlier = Period(moved_at - WATCHED, moved_at - timedelta(seconds=1))
    before = [each.at for each in drift_history.happenings(warehouse, tenant, earlier) if each.kind != "retrain"]
    began, days, model = max(before, default=earlier.since), tuple(weekdays(moved_at, now)), record.model

    def people(since: datetime, ours: bool, satisfied_s: float) -> Compared:
        rows = warehouse.query(
            "satisfaction_since_cutover", tenant=tenant, moved=sql_text(moved_at), model=model, ours=int(ours),
            weekdays=list(days), satisfied_s=satisfied_s, **Period(since, now).parameters(),
        )  # fmt: skip
        return compared([Person(*(row[name] for name in Person._fields)) for row in rows])

    found = people(began, True, rules.satisfied_s)
    if found.before.people >= LEAST_PEOPLE:
        return SinceCutover(model, moved_at, found, began, days, returned=returned)
    another = searches_elsewhere.read(
        warehouse, tenant, model, moved_at, Period(earlier.since, now), days, rules.satisfied_s
    )
    if another is None or another.unlike:
        return SinceCutover(model, moved_at, found, began, days, another, returned=returned)
    satisfied_s = 0.0 if another.untimed else rules.satisfied_s
    found = people(earlier.since, False, satisfied_s)
    return SinceCutover(model, moved_at, found, earlier.since, days, another, True, returned)


def in_words(since: SinceCutover | None) -> str:
    """Return what was found as sentences, empty for None; shares in per cent, differences in points. A pure rule."""
    if since is None:
        return ""
    back = f", brought back on {since.returned:%Y-%m-%d}," if since.returned else ""
    said = satisfied_shares.in_words(since.found, f"since the cutover to {since.model}{back}", _before(since))
    return " ".join(part for part in (said, _of_another(since), _when(since)) if part)


def not_watched(tenant: str, record: ServingRecord | None) -> str:
    """Return why there is no cutover to watch, as a sentence. A pure rule."""
    if record is not None and is_rollback(record):
        return (
            f"No cutover of '{tenant}' to watch: the last move was a rollback to {record.model}, on "
            f"{record.moved_at:%Y-%m-%d %H:%M} UTC by {record.by}."
        )
    return f"No cutover of '{tenant}' to watch: none was approved in the last {WATCHED.days} days."


def is_lost(since: SinceCutover | None) -> bool:
    """Tell whether people find less since the cutover, as surely as the interval says.

    What another search gave them before says nothing of the model that a rollback would bring.
    """
    return since is not None and not since.by_another and since.found.verdict is Verdict.LOSS


def advice(since: SinceCutover | None, record: ServingRecord | None, now: datetime) -> str:
    """Return what to do about a loss; empty where there is none. A pure rule."""
    if record is None or not is_lost(since):
        return ""
    if record.standby is None or record.standby.until <= now:
        return "nothing is kept to roll back to any more: train again"
    return f"roll back to {record.standby.model}, which is kept fresh until {record.standby.until:%Y-%m-%d %H:%M} UTC"


def _cutover(
    warehouse: Warehouse, tenant: str, record: ServingRecord | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return when an operator cut over to what is live, and when it was brought back; None for what did not happen."""
    if record is None or record.packet is not None:
        return (record.moved_at if record else None), None
    if not is_rollback(record):
        return None, None
    back = cutover_returned_to(record, moves(warehouse, tenant, now))
    return (back.at, record.moved_at) if back else (None, None)


def moves(warehouse: Warehouse, tenant: str, now: datetime) -> list[Happening]:
    """Return all moves of a tenant's serving record that the trail knows, in order."""
    known = drift_history.happenings(warehouse, tenant, Period(_EVER, now))
    return sorted((each for each in known if each.kind != "retrain"), key=lambda each: each.version)


def _before(since: SinceCutover) -> str:
    """Return what the time since is compared with."""
    who = " with another search" if since.by_another else ""
    if since.began is None:
        return f"before{who}"
    named = ", ".join(_DAYS[day - 1] for day in since.days)
    only = "" if len(since.days) == len(_DAYS) else f", only {named}: the days of the week that came since"
    return f"before{who} ({since.began:%Y-%m-%d} to {since.moved_at:%Y-%m-%d}{only})"


def _of_another(since: SinceCutover) -> str:
    """Return what is to be known of another search that people had before."""
    if since.elsewhere is None:
        return ""
    if not since.by_another:
        return f"What people did before with another search cannot stand in for it: {since.elsewhere.unlike}."
    every = (
        f" Every opening counts on both sides, because {since.elsewhere.untimed}." if since.elsewhere.untimed else ""
    )
    return (
        "Before the cutover it was the search that the imported log comes from that served them, not the model that "
        f"a rollback would bring.{every}"
    )


def _when(since: SinceCutover) -> str:
    """Return from when on a verdict can be had, where there is none for want of people before."""
    if since.found.verdict is not Verdict.TOO_FEW or since.found.before.people >= LEAST_PEOPLE:
        return ""
    begin = since.moved_at - WATCHED
    return (
        f"What came before is over: this cutover gets a verdict only if a log of what people searched between "
        f"{begin:%Y-%m-%d} and {since.moved_at:%Y-%m-%d} is imported (`tidewheel connect searches`), and the next "
        f"cutover gets one if {LEAST_PEOPLE} people search in the {WATCHED.days} days before it."
    )
