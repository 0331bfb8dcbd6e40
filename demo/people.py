"""What the demo's people do all day: they search in sittings, open, follow links, ask the assistant, vote, try again.

Randomness comes from the seed, the day and a search's own id alone: the same answers give the same events, however
they are batched. People know which documents meet their needs; no event does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from demo.planning import Habits, PlannedSearch, again, plan_day
from demo.population import Population
from demo.reactions import Reading, outcome
from indexer.search.answer import Answer
from schemas.envelope import Event

Ask = Callable[[Sequence[PlannedSearch]], Sequence[Answer]]
"""The real search: one answer for each planned search, in the same order."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a round of searches brought about: events in the order of time, and the attempts that follow."""

    events: list[Event]
    again: list[PlannedSearch]


@dataclass(slots=True)
class People:
    """The demo's users. `reading.library` must be told of document changes by whoever sends them."""

    tenant: str
    population: Population
    reading: Reading
    seed: int = 7
    habits: Habits = field(default_factory=Habits)

    def plan_day(self, day: datetime, second_share: float) -> list[PlannedSearch]:
        """Return the first attempts of the day that begins at `day`, in the order of time."""
        return plan_day(day, self.tenant, self.population, second_share, self.seed, self.habits)

    def react(self, searches: Sequence[PlannedSearch], answers: Sequence[Answer]) -> Response:
        """Return what people do with the answers; `answers` are parallel to `searches`."""
        events: list[Event] = []
        following: list[PlannedSearch] = []
        for search, answer in zip(searches, answers, strict=True):
            rng = Random(f"reaction:{self.seed}:{search.id}")
            result = outcome(search, answer, self.reading, rng)
            events += result.events
            if not result.met:
                next_at = result.over + timedelta(seconds=round(rng.uniform(5, 40), 3))
                attempt = again(search, next_at, rng, self.habits)
                following += [attempt] if attempt else []
        return Response(in_time(events), following)

    def live_through(self, day: datetime, second_share: float, ask: Ask) -> list[Event]:
        """Return all events of a day in the order of time; `ask` is called once for each round of attempts."""
        searches = self.plan_day(day, second_share)
        events: list[Event] = []
        while searches:
            response = self.react(searches, ask(searches))
            events += response.events
            searches = response.again
        return in_time(events)

    def learn_of_conversations(self, told_in: Mapping[str, frozenset[str]]) -> None:
        """Let people know of which documents these conversations (by document id) tell, besides those known before."""
        self.reading = replace(self.reading, told_in={**self.reading.told_in, **told_in})


def in_time(events: Iterable[Event]) -> list[Event]:
    """Return the events in the order in which they happened."""
    return sorted(events, key=lambda event: (event.occurred_at, event.event_id))


def batches(searches: Sequence[PlannedSearch], size: int) -> Iterator[tuple[frozenset[str], list[int]]]:
    """Yield access groups with at most `size` positions of `searches` that have them, until each position has come."""
    by_groups: dict[frozenset[str], list[int]] = {}
    for index, search in enumerate(searches):
        by_groups.setdefault(search.groups, []).append(index)
    for groups, indices in by_groups.items():
        for start in range(0, len(indices), size):
            yield groups, indices[start : start + size]
