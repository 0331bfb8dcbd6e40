"""Random people's searches while documents change, each answer held against the lists as they are."""

import random
import time
from collections import Counter
from collections.abc import Sequence

from bench.access.world import World
from bench.documents.population import GROUPS

QUERIES_AT_ONCE = 5
CHANGE_EVERY = 4
"""Calls between two changes of a random document."""


def tried(world: World, documents: Sequence[str], count: int, rng: random.Random) -> Counter[str]:
    """Try so many searches by people of random groups; return `results` leaked and the `tries`.

    Half of the queries ask for one document's own word, half for words that many share; one call in three asks for as
    many results as there are.
    """
    found: Counter[str] = Counter(results=0, tries=0)
    calls = 0
    while found["tries"] < count:
        calls += 1
        if not calls % CHANGE_EVERY:
            world.send([world.population.any(documents)])
        person = frozenset(rng.sample(GROUPS, rng.randrange(4)))
        queries = [_query(world, documents, rng) for _ in range(QUERIES_AT_ONCE)]
        for asked in world.ask(queries, person, len(documents) if not calls % 3 else 10):
            found["tries"] += 1
            found["results"] += len(asked.wrong(world.oracle))
    return found


def _query(world: World, documents: Sequence[str], rng: random.Random) -> str:
    if rng.random() < 0.5:
        return world.population.word(rng.choice(documents))
    return world.population.query()


def settle(world: World) -> None:
    """Let the changes of the tries come to rest."""
    time.sleep(world.oracle.bound_s)
