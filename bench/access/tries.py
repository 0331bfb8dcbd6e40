"""Random people's searches while documents change; the world holds each answer against the lists as they are."""

import random
from collections.abc import Sequence

from bench.access.world import AT_ONCE, World
from bench.documents.population import GROUPS

CHANGES = 2
"""Random documents that change before each call."""


def search(world: World, documents: Sequence[str], count: int, rng: random.Random, most: int) -> None:
    """Try so many searches by people of random groups, a call of `AT_ONCE` for each person.

    Half of the queries ask for one document's own word, half for words that many share; one call in three asks for as
    many results as there are, but `most`.
    """
    until, calls = world.tries + count, 0
    while world.tries < until:
        calls += 1
        world.send([world.population.any(documents) for _ in range(CHANGES)])
        person = frozenset(rng.sample(GROUPS, rng.randrange(4)))
        queries = [_query(world, documents, rng) for _ in range(AT_ONCE)]
        world.ask(queries, person, min(most, len(documents)) if not calls % 3 else 10)


def _query(world: World, documents: Sequence[str], rng: random.Random) -> str:
    if rng.random() < 0.5:
        return world.population.word(rng.choice(documents))
    return world.population.query()
