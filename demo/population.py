"""Who works at the demo's company: people with interests, and the needs that bring them to the search."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from demo.corpus import RESTRICTED_GROUP, Corpus, Group, LabelledQuery
from demo.headings import content_words
from schemas.documents import EVERYONE


@dataclass(frozen=True, slots=True)
class PopulationSize:
    """How many people there are and how uneven their interests.

    `operators` is the share of people in the group that restricted documents are open to. `service_zipf`: a person's
    k-th favourite service is asked about in proportion to its number of headings over k ** service_zipf.
    `need_zipf`: the k-th most common need of a service comes up in proportion to 1 / k ** need_zipf.
    """

    people: int = 100
    operators: float = 0.15
    service_zipf: float = 1.0
    need_zipf: float = 0.4


@dataclass(frozen=True, slots=True)
class Person:
    """One user: id, access groups, and for each group of the corpus the services by cumulative interest."""

    id: str
    groups: frozenset[str]
    interests: dict[str, tuple[tuple[str, ...], tuple[float, ...]]]


class Needs:
    """The needs that one group of services gives rise to, drawn by how common they are or by what they share."""

    def __init__(self, group: Group, zipf: float) -> None:
        self._by_service: dict[str, list[LabelledQuery]] = {}
        for query in group.queries:
            self._by_service.setdefault(query.service, []).append(query)
        self._weights = {
            service: tuple(accumulate(1.0 / (k + 1) ** zipf for k in range(len(queries))))
            for service, queries in self._by_service.items()
        }

    @property
    def services(self) -> dict[str, int]:
        """Return the number of needs by service, in the order of names."""
        return {service: len(self._by_service[service]) for service in sorted(self._by_service)}

    def draw(self, service: str, rng: Random) -> LabelledQuery:
        """Return one of the service's needs, the common ones more often."""
        return rng.choices(self._by_service[service], cum_weights=self._weights[service])[0]

    def related(self, need: LabelledQuery, rng: Random) -> LabelledQuery:
        """Return another need of the same service, in proportion to the square of the words that the two share."""
        words = set(content_words(need.text))
        others = [other for other in self._by_service[need.service] if other is not need]
        shared = [len(words.intersection(content_words(other.text))) ** 2 for other in others]
        return rng.choices(others, weights=shared)[0] if any(shared) else self.draw(need.service, rng)


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody, and the needs of each group of services by the group's name."""

    people: tuple[Person, ...]
    needs: dict[str, Needs]

    @property
    def ids(self) -> tuple[str, ...]:
        """Return everybody's user id."""
        return tuple(person.id for person in self.people)


def populate(corpus: Corpus, seed: int, size: PopulationSize | None = None) -> Population:
    """Return the company's people; the same corpus, seed and size give the same people."""
    size = size or PopulationSize()
    rng = Random(f"people:{seed}")
    needs = {group.name: Needs(group, size.need_zipf) for group in (corpus.first, corpus.second)}
    return Population(tuple(_person(n, needs, rng, size) for n in range(size.people)), needs)


def _person(number: int, needs: dict[str, Needs], rng: Random, size: PopulationSize) -> Person:
    groups = {EVERYONE, RESTRICTED_GROUP} if rng.random() < size.operators else {EVERYONE}
    interests = {name: _interests(of.services, rng, size.service_zipf) for name, of in needs.items()}
    return Person(f"person-{number:03}", frozenset(groups), interests)


def _interests(services: dict[str, int], rng: Random, zipf: float) -> tuple[tuple[str, ...], tuple[float, ...]]:
    order: Sequence[str] = rng.sample(list(services), len(services))
    return tuple(order), tuple(accumulate(services[name] / (k + 1) ** zipf for k, name in enumerate(order)))
