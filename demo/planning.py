"""Who searches when, and for what: one simulated working day, planned before anything was answered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Literal

from demo.corpus import LabelledQuery
from demo.phrasing import Phrasing, as_question, vary
from demo.population import Needs, Person, Population
from schemas.ids import stable_id

DAY_BEGINS = time(8, tzinfo=UTC)
DAY_LASTS = timedelta(hours=12)
"""Nothing that a day brings happens later than this after its beginning."""

_SLOT = timedelta(hours=2)
_SLOTS = 5


@dataclass(frozen=True, slots=True)
class Habits:
    """How people work; probabilities unless a unit is said.

    `active`: a person searches at all on a day. `second_sitting`: there is one more sitting that day (and, with its
    square, a third). `go_on`: a sitting has one more search, at most `most_searches`. `related`: it shares words with
    the one before, else it is anything of the same service. `pause`: seconds between searches, least and most.
    `assistant`: the search is a question to the assistant. `try_again`: another attempt in other words when the need
    was not met, at most `attempts` in all.
    """

    active: float = 0.75
    second_sitting: float = 0.35
    go_on: float = 0.55
    most_searches: int = 6
    related: float = 0.7
    pause: tuple[float, float] = (60.0, 240.0)
    assistant: float = 0.15
    try_again: float = 0.5
    attempts: int = 2
    phrasing: Phrasing = field(default_factory=Phrasing)


@dataclass(frozen=True, slots=True)
class PlannedSearch:
    """A search that somebody is about to make. `need` is the label: it stays with the people and enters no event."""

    id: str
    tenant: str
    user: str
    groups: frozenset[str]
    at: datetime
    query: str
    surface: Literal["search", "assistant"]
    need: LabelledQuery = field(repr=False)
    attempt: int = 1

    @property
    def relevant(self) -> frozenset[str]:
        """Return the documents that meet the need."""
        return self.need.relevant


def workdays(now: datetime, count: int) -> list[datetime]:
    """Return the beginnings of the `count` days before the one of `now`, oldest first: all of them are over."""
    today = datetime.combine(now.astimezone(UTC).date(), DAY_BEGINS)
    return [today - timedelta(days=back) for back in range(count, 0, -1)]


def plan_day(
    day: datetime, tenant: str, population: Population, second_share: float, seed: int, habits: Habits
) -> list[PlannedSearch]:
    """Return the day's first attempts in the order of time.

    A sitting is about the second group of services with probability `second_share`, else about the first.
    """
    planned: list[PlannedSearch] = []
    for person in population.people:
        rng = Random(f"day:{seed}:{tenant}:{day.isoformat()}:{person.id}")
        for begins in _sittings(day, rng, habits):
            group = "second" if rng.random() < second_share else "first"
            for at, need in _needs(begins, population.needs[group], person, group, rng, habits):
                planned.append(_search(tenant, person, at, need, rng, habits))
    return sorted(planned, key=lambda search: (search.at, search.id))


def again(search: PlannedSearch, at: datetime, rng: Random, habits: Habits) -> PlannedSearch | None:
    """Return the next attempt at the same need, in other words; None when this person gives up."""
    if search.attempt >= habits.attempts or rng.random() >= habits.try_again:
        return None
    return PlannedSearch(
        id=stable_id(search.id, "again"),
        tenant=search.tenant,
        user=search.user,
        groups=search.groups,
        at=at,
        query=_other_words(search, rng, habits),
        surface="search",
        need=search.need,
        attempt=search.attempt + 1,
    )


def _sittings(day: datetime, rng: Random, habits: Habits) -> Iterator[datetime]:
    """Yield when a person sits down to search: in different two-hour slots of the day, early in the slot."""
    if rng.random() >= habits.active:
        return
    count = 1 + (rng.random() < habits.second_sitting) + (rng.random() < habits.second_sitting**2)
    for slot in sorted(rng.sample(range(_SLOTS), count)):
        yield day + slot * _SLOT + timedelta(seconds=round(rng.uniform(0, 40 * 60), 3))


def _needs(
    begins: datetime, needs: Needs, person: Person, group: str, rng: Random, habits: Habits
) -> Iterator[tuple[datetime, LabelledQuery]]:
    services, weights = person.interests[group]
    need = needs.draw(rng.choices(services, cum_weights=weights)[0], rng)
    at = begins
    for _ in range(habits.most_searches):
        yield at, need
        if rng.random() >= habits.go_on:
            return
        at += timedelta(seconds=round(rng.uniform(*habits.pause), 3))
        need = needs.related(need, rng) if rng.random() < habits.related else needs.draw(need.service, rng)


def _search(
    tenant: str, person: Person, at: datetime, need: LabelledQuery, rng: Random, habits: Habits
) -> PlannedSearch:
    asks = rng.random() < habits.assistant
    return PlannedSearch(
        id=stable_id("search", tenant, person.id, at.isoformat()),
        tenant=tenant,
        user=person.id,
        groups=person.groups,
        at=at,
        query=as_question(need.text, rng) if asks else vary(need.text, rng, habits.phrasing),
        surface="assistant" if asks else "search",
        need=need,
    )


def _other_words(search: PlannedSearch, rng: Random, habits: Habits) -> str:
    """Return words for the need that differ from those just tried; the heading itself if chance gives none."""
    for _ in range(5):
        words = vary(search.need.text, rng, habits.phrasing)
        if words != search.query:
            return words
    return search.need.text
