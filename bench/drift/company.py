"""A simulated company: people who keep to their services, ask real questions, and open what they are shown."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.drift.questions import FIRST, SECOND, questions
from bench.drift.scenarios import Day, Rng, Scenario
from streams.drift.behaviour import Opening, Search

BEGAN = datetime(2025, 3, 3, tzinfo=UTC)
"""A Monday."""

_RENAMED = ("zephyr", "quokka", "nimbus", "talonix", "brightfork", "ovalpine", "kestrelon", "marlowe")
"""New names for known things."""

OPENS, ASSISTANT = 0.6, 0.25
LOOK_BACK = 7
"""Days over which the text of a document is compared."""


@dataclass(slots=True)
class Company:
    """The people and documents of one run; call `live` once a day, in order. The same seed gives the same days."""

    scenario: Scenario
    seed: int
    moved: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """By document: the days on which its text changed, and how far."""

    def live(self, number: int, day: Day) -> list[Search]:
        """Return the day's searches, and change the documents that the day changes."""
        rng = np.random.default_rng([self.seed, number])
        self._edit(number, day, rng)
        if day.silent:
            return []
        mix = np.exp(day.mix * rng.normal(size=len(FIRST)))
        found = []
        for person in self._present(day):
            found += self._sittings(person, number, day, mix, rng)
        return found + self._bot(number, day, len(found), rng)

    def changed(self, number: int, searches: list[Search], look_back: int) -> list[tuple[str, int, float]]:
        """Return the opened documents, their openings, and how far each text has moved in so many days, 0 to 1."""
        opened = Counter(o for s in searches for o in (*(o.document for o in s.opened), *s.cited))
        return [(name, count, self._moved(name, number, look_back)) for name, count in sorted(opened.items())]

    def _moved(self, name: str, number: int, look_back: int) -> float:
        recent = [far for day, far in self.moved.get(name, ()) if day > number - look_back]
        return min(1.0, sum(recent))

    def _edit(self, number: int, day: Day, rng: Rng) -> None:
        documents = [f"{text}" for service in (*FIRST, *SECOND) for text in questions(service)]
        for share, far in ((day.edited, 0.15), (day.replaced, 1.0)):
            for i in np.flatnonzero(rng.uniform(size=len(documents)) < share):
                self.moved.setdefault(documents[int(i)], []).append((number, far))

    def _present(self, day: Day) -> list[int]:
        """Return the numbers of today's people: those who left are replaced by others, those who joined come on top."""
        people = self.scenario.people
        gone = int(people * min(day.left, 1.0))
        return [*range(gone, people), *range(people, people + gone + int(people * day.joined))]

    def _sittings(self, person: int, number: int, day: Day, mix: np.ndarray, rng: Rng) -> list[Search]:
        likes = np.random.default_rng([self.seed, 1_000_003, person])
        own, opens = likes.choice(len(FIRST), size=3, replace=False), float(likes.beta(12, 8)) / OPENS
        weights = mix[own] / mix[own].sum()
        at = BEGAN + timedelta(days=number, seconds=float(rng.uniform(28_800, 50_000)))
        topic, found = FIRST[int(rng.choice(own, p=weights))], []
        for _ in range(rng.poisson(self.scenario.searches * day.volume)):
            if rng.uniform() < 0.4:
                topic = FIRST[int(rng.choice(own, p=weights))]
            at += timedelta(seconds=float(rng.exponential(400)))
            found.append(self._search(f"p{person}", self._service(topic, day, rng), at, day, opens, rng))
        return found

    def _service(self, topic: str, day: Day, rng: Rng) -> str:
        if rng.uniform() < day.shift:
            return SECOND[int(rng.integers(day.towards))]
        return FIRST[0] if rng.uniform() < day.burst else topic

    def _search(self, person: str, service: str, at: datetime, day: Day, opens: float, rng: Rng) -> Search:
        asked = questions(service)
        title = asked[int(len(asked) * rng.uniform() ** 2)]
        query = title
        if rng.uniform() < day.renamed:
            first, *rest = title.split()
            query = " ".join((first, _RENAMED[int(rng.integers(len(_RENAMED)))], *rest[1:]))
        assistant = bool(rng.uniform() < ASSISTANT)
        others = tuple(asked[int(i)] for i in rng.integers(len(asked), size=3))
        shown = (title, *others) if rng.uniform() < 0.8 * day.fit else others
        opened: tuple[Opening, ...] = ()
        if rng.uniform() < min(1.0, OPENS * opens * day.opens):
            opened = (Opening(shown[0], int(min(10, rng.geometric(0.4))), float(rng.exponential(60))),)
        votes = (str(rng.choice(["+1", "-1"], p=[0.7, 0.3])),) if assistant and rng.uniform() < 0.3 else ()
        cited = (shown[0],) if assistant and opened else ()
        return Search(person, query, at, assistant, 10, shown, () if assistant else opened, cited, votes)

    def _bot(self, number: int, day: Day, people_s: int, rng: Rng) -> list[Search]:
        """Return the searches of a machine: as many as `bot` times the people's, a few queries, nothing opened."""
        at, asked = BEGAN + timedelta(days=number, hours=2), questions(FIRST[1])[:40]
        return [
            Search("monitor", asked[i % 40], at + timedelta(seconds=60 * i), False, 10, (asked[i % 40],))
            for i in range(int(people_s * day.bot))
        ]
