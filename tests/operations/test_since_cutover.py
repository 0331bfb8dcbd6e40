"""What people got before and since a cutover: what is said of it, and its counts from raw rows."""

from datetime import UTC, datetime, timedelta

import pytest

from operations.searches_elsewhere import Elsewhere
from operations.since_cutover import SinceCutover, advice, in_words, is_lost, not_watched, read
from retrieval.satisfied_shares import Person, Verdict, compared
from schemas.activity import DocumentOpened, FromSearch, Result, SearchServed
from schemas.envelope import Event
from schemas.learning import CutoverDone, RolledBack
from stores.serving import ServingRecord, Standby
from tests.operations.past import MONDAY, RULES, TENANT
from tests.streams.lives import Streams

AT = datetime(2026, 5, 1, tzinfo=UTC)
MOVED = MONDAY + timedelta(days=4, hours=5)
RECORD = ServingRecord(tenant=TENANT, model="m1", collection="C1", version=2, packet="p", by="sam", moved_at=MOVED)


def test_a_loss_asks_for_the_way_back_as_long_as_there_is_one() -> None:
    lost, standby = (
        SinceCutover("m", AT, compared([Person(9, 9, 9, 0)] * 30)),
        Standby(model="old", collection="c", until=AT),
    )
    record = RECORD.model_copy(update={"standby": standby})
    assert advice(lost, record, AT - timedelta(days=1)) == (
        "roll back to old, which is kept fresh until 2026-05-01 00:00 UTC"
    )
    assert "train again" in advice(lost, record, AT)
    assert "train again" in advice(lost, RECORD, AT)
    assert (
        advice(SinceCutover("m", AT, compared([Person(9, 9, 9, 9)] * 30)), record, AT) == advice(None, record, AT) == ""
    )
    assert in_words(lost) == (
        "Since the cutover to m 0.0 % of 270 searches of 30 people satisfied; before 100.0 % of 270 searches of 30 "
        "people satisfied: -100.0 points (-100.0 to -100.0)."
    )


def test_what_it_is_compared_with_is_said() -> None:
    few, began = compared([]), AT - timedelta(days=28)
    some = SinceCutover("m", AT, few, began, (5, 6))
    assert in_words(some).startswith(
        "0 people searched since the cutover to m, 0 before (2026-04-03 to 2026-05-01, only Fri, Sat: the days of the "
        "week that came since); with 30 on each side"
    )
    assert "0 before (2026-04-03 to 2026-05-01); with" in in_words(
        SinceCutover("m", AT, few, began, (1, 2, 3, 4, 5, 6, 7))
    )


def test_after_a_rollback_it_is_said_who_rolled_back_and_when() -> None:
    back = RECORD.model_copy(update={"packet": None, "by": "sam", "model": "old", "moved_at": AT})
    assert not_watched("acme", back) == (
        "No cutover of 'acme' to watch: the last move was a rollback to old, on 2026-05-01 00:00 UTC by sam."
    )
    none = "No cutover of 'acme' to watch: none was approved in the last 28 days."
    first = back.model_copy(update={"by": "indexer"})
    assert [not_watched("acme", one) for one in (None, first, RECORD)] == [none] * 3


def test_each_answered_search_counts_before_or_since_on_the_same_days_of_the_week(past: Streams) -> None:
    def found(record: ServingRecord | None, now: datetime) -> tuple[tuple[int, int, float | None], ...]:
        got = read(past.warehouse, TENANT, record, now, RULES)
        sides = (got.found.before, got.found.since) if got else ()
        return tuple((side.people, side.searches, side.share) for side in sides)

    read_as = read(past.warehouse, TENANT, RECORD, MOVED + timedelta(days=1), RULES)
    assert read_as is not None
    assert (read_as.began, read_as.days) == (MOVED - timedelta(days=28), (5, 6))
    assert found(RECORD, MOVED + timedelta(days=7)) == ((2, 4, 0.5), (1, 1, 1.0))
    assert found(RECORD, MOVED + timedelta(days=1)) == ((0, 0, None), (0, 0, None)), "nobody searches on a Friday"
    later = RECORD.model_copy(update={"moved_at": MOVED + timedelta(days=14)})
    assert found(later, later.moved_at + timedelta(days=7)) == ((1, 1, 1.0), (0, 0, None)), "from the cutover before it"


@pytest.mark.parametrize(
    ("record", "days"),
    [
        (None, 1),
        (RECORD.model_copy(update={"packet": None}), 1),  # the first collection, or a rollback
        (RECORD, 29),
        (RECORD, -1),  # a clock that was set back
    ],
)
def test_what_no_operator_cut_over_to_and_what_is_long_over_is_not_watched(
    past: Streams, record: ServingRecord | None, days: int
) -> None:
    assert read(past.warehouse, TENANT, record, MOVED + timedelta(days=days), RULES) is None


PEOPLE = 40
DAY = timedelta(days=1)


def _did(
    tenant: str, at: datetime, model: str | None, clicked: int, dwell_s: float | None = 60.0, results: bool = True
) -> list[Event]:
    """Everybody searches once at an instant, and the first so many open what they found."""
    events = list[Event]()
    for n in range(PEOPLE):
        search = f"{model or 'log'}/{at:%m%d}-{n}"
        common = {"tenant": tenant, "occurred_at": at, "user": f"p{n}"}
        shown = (Result(document="a", rank=1),) if results else ()
        events.append(
            SearchServed(event_id=f"s{search}", search=search, query="q", results=shown, model=model, **common)  # type: ignore[arg-type]
        )
        if n < clicked:
            led = FromSearch(search=search, query="q", rank=1)
            events.append(
                DocumentOpened(event_id=f"o{search}", document="a", from_search=led, dwell_seconds=dwell_s, **common)  # type: ignore[arg-type]
            )
    return events


def _first_cutover(tenant: str) -> tuple[ServingRecord, list[Event]]:
    """The base model went live an hour before the cutover to m2: nobody searched with it."""
    common = {"tenant": tenant, "collection": "c", "by": "indexer"}
    moves = [
        CutoverDone(event_id="v1", occurred_at=MOVED - timedelta(hours=1), model="base", serving_version=1, **common),  # type: ignore[arg-type]
        CutoverDone(event_id="v2", occurred_at=MOVED, model="m2", serving_version=2, **{**common, "by": "sam"}),  # type: ignore[arg-type]
    ]
    return RECORD.model_copy(update={"tenant": tenant, "model": "m2"}), [*moves]


def test_before_the_first_cutover_an_imported_log_is_what_people_had(past: Streams, tenant: str) -> None:
    record, moves = _first_cutover(tenant)
    past.take(*moves, *_did(tenant, MOVED - 7 * DAY, None, 36), *_did(tenant, MOVED + timedelta(hours=1), "m2", 4))
    now = MOVED + timedelta(hours=2)
    found = read(past.warehouse, tenant, record, now, RULES)
    assert found is not None
    assert found.by_another
    assert (found.found.before.share, found.found.since.share) == (0.9, 0.1)
    assert found.found.verdict is Verdict.LOSS
    words = in_words(found)
    assert "before with another search (2026-01-23 to 2026-02-20, only Fri" in words
    assert "the search that the imported log comes from that served them, not the model that a rollback" in words
    assert not is_lost(found), "what the other search gave does not ask for the base model"
    standby = Standby(model="base", collection="c", until=now + DAY)
    assert advice(found, record.model_copy(update={"standby": standby}), now) == ""


def test_where_the_log_tells_no_times_every_opening_counts_on_both_sides(past: Streams, tenant: str) -> None:
    record, moves = _first_cutover(tenant)
    past.take(
        *moves, *_did(tenant, MOVED - 7 * DAY, None, 20, None), *_did(tenant, MOVED + timedelta(hours=1), "m2", 20, 3.0)
    )
    found = read(past.warehouse, tenant, record, MOVED + timedelta(hours=2), RULES)
    assert found is not None
    assert (found.found.before.share, found.found.since.share) == (0.5, 0.5), (
        "3 s would not satisfy, an unknown time does"
    )
    assert "Every opening counts on both sides, because the log does not tell for how long." in in_words(found)


@pytest.mark.parametrize(
    ("ago", "clicked", "results", "said"),
    [
        (35, 20, True, "the newest search of its log is of 2026-01-16, before 2026-01-23"),
        (7, 20, False, "does not say what the searches showed"),
        (7, PEOPLE, True, "only searches after which something was opened"),
    ],
)
def test_a_log_that_cannot_be_compared_with_is_said_to_be(
    past: Streams, tenant: str, ago: int, clicked: int, results: bool, said: str
) -> None:
    record, moves = _first_cutover(tenant)
    past.take(*moves, *_did(tenant, MOVED - ago * DAY, None, clicked, results=results))
    past.take(*_did(tenant, MOVED + timedelta(hours=1), "m2", 4))
    found = read(past.warehouse, tenant, record, MOVED + timedelta(hours=2), RULES)
    assert found is not None
    assert found.found.verdict is Verdict.TOO_FEW
    assert (found.found.before.people, found.found.since.people) == (0, PEOPLE)
    words = in_words(found)
    assert f"cannot stand in for it: {said}" in words or ("cannot stand in for it" in words and said in words)
    assert "gets a verdict only if a log of what people searched between 2026-01-23 and 2026-02-20 is imported" in words


def test_without_any_log_it_is_said_how_a_verdict_can_be_had(past: Streams, tenant: str) -> None:
    record, moves = _first_cutover(tenant)
    past.take(*moves, *_did(tenant, MOVED + timedelta(hours=1), "m2", 4))
    found = read(past.warehouse, tenant, record, MOVED + timedelta(hours=2), RULES)
    assert found is not None
    assert found.elsewhere is None
    assert "the next cutover gets one if 30 people search in the 28 days before it" in in_words(found)


def test_where_enough_searched_here_before_the_log_is_left_aside(past: Streams, tenant: str) -> None:
    record, moves = _first_cutover(tenant)
    past.take(*moves, *_did(tenant, MOVED - 7 * DAY, None, 36), *_did(tenant, MOVED - timedelta(minutes=9), "base", 8))
    past.take(*_did(tenant, MOVED + timedelta(hours=1), "m2", 4))
    found = read(past.warehouse, tenant, record, MOVED + timedelta(hours=2), RULES)
    assert found is not None
    assert not found.by_another
    assert (found.found.before.share, found.found.since.share) == (0.2, 0.1)


def test_a_model_that_was_brought_back_is_watched_on_from_its_cutover(past: Streams, tenant: str) -> None:
    record, moves = _first_cutover(tenant)
    common = {"tenant": tenant, "collection": "c", "previous_collection": "d", "by": "ann", "reason": "r"}
    away, back = MOVED + DAY, MOVED + 2 * DAY
    away_event = RolledBack(
        event_id="v3",
        occurred_at=away,
        model="base",
        previous_model="m2",
        serving_version=3,
        **common,  # type: ignore[arg-type]
    )
    past.take(
        *moves, away_event, *_did(tenant, MOVED - timedelta(minutes=9), "base", 8),
        *_did(tenant, MOVED + timedelta(hours=1), "m2", 4), *_did(tenant, away + timedelta(hours=1), "base", 40),
        *_did(tenant, back + timedelta(hours=1), "m2", 12),
    )  # fmt: skip
    old = record.model_copy(update={"model": "base", "packet": None, "by": "ann", "version": 3, "moved_at": away})
    assert read(past.warehouse, tenant, old, back, RULES) is None, "a rollback is not watched"
    again = record.model_copy(update={"packet": None, "by": "ann", "version": 4, "moved_at": back})
    found = read(past.warehouse, tenant, again, back + timedelta(hours=2), RULES)
    assert found is not None, "though the trail does not have the last move yet"
    assert (found.moved_at, found.returned) == (MOVED, back)
    assert (found.found.before.share, found.found.since.share) == (0.2, 0.2), (
        "what base answered meanwhile is on no side"
    )
    assert in_words(found).startswith("Since the cutover to m2, brought back on 2026-02-22, 20.0 % of 80 searches")
    over = read(past.warehouse, tenant, again, MOVED + timedelta(days=29), RULES)
    assert over is None


def test_what_is_said_of_another_search_names_who_served() -> None:
    found = compared([Person(9, 9, 9, 0)] * 30)
    said = in_words(SinceCutover("m", AT, found, elsewhere=Elsewhere(), by_another=True))
    assert "before with another search 100.0 %" in said
    assert said.endswith("would bring.")
