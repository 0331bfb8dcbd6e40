"""Simulated people who ask real questions: awscli's headings, and a click model that knows nothing of drift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.drift.questions import FIRST, SECOND, Remembering, questions
from streams.drift.behaviour import Opening, Search
from streams.drift.config import DriftConfig
from streams.drift.sample import Sample
from streams.drift.sampling import sample

MORNING = datetime(2025, 3, 3, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Company:
    """`people` of whom each cares for three services of a group and asks `searches` times a day on average."""

    people: int
    searches: float
    services: Sequence[str] = FIRST
    opens: float = 0.6

    def day(
        self, number: int, rng: np.random.Generator, shift: float = 0.0, opens: float | None = None
    ) -> list[Search]:
        """Return one day's searches; a share `shift` of them is about the second group of services."""
        likes = np.random.default_rng(11)
        found = []
        for person in range(self.people):
            own = likes.choice(len(self.services), size=3, replace=False)
            at = MORNING + timedelta(days=number, seconds=float(rng.uniform(0, 20_000)))
            topic = self.services[int(rng.choice(own))]
            for _ in range(rng.poisson(self.searches)):
                if rng.uniform() < 0.4:  # people stay with a topic for a while
                    topic = self.services[int(rng.choice(own))]
                away = SECOND[int(rng.integers(len(SECOND)))] if rng.uniform() < shift else topic
                at += timedelta(seconds=float(rng.exponential(400)))
                found.append(_search(f"p{person}", away, at, rng, self.opens if opens is None else opens))
        return found


def _search(person: str, service: str, at: datetime, rng: np.random.Generator, opens: float) -> Search:
    asked = questions(service)
    # A few questions are asked often, most of them rarely.
    query = asked[int(len(asked) * rng.uniform() ** 2)]
    assistant = bool(rng.uniform() < 0.25)
    shown = tuple(asked[int(i)] for i in rng.integers(len(asked), size=3))
    opened: tuple[Opening, ...] = ()
    if rng.uniform() < opens:
        rank = int(min(10, rng.geometric(0.4)))
        opened = (Opening(shown[0], rank, float(rng.exponential(60))),)
    reactions = (str(rng.choice(["+1", "-1"], p=[0.7, 0.3])),) if assistant and rng.uniform() < 0.5 else ()
    cited = (shown[0],) if assistant and opened else ()
    return Search(person, query, at, assistant, 10, (query, *shown), () if assistant else opened, cited, reactions)


def window(
    searches: Sequence[Search], encoder: Remembering, config: DriftConfig, titles: Mapping[str, str] | None = None
) -> Sample:
    """Return the sample of one day's searches; what is shown is its own title."""
    known = {title: title for search in searches for title in search.best_shown} if titles is None else dict(titles)
    return sample(MORNING, searches, known, (), encoder, config)
