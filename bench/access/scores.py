"""Whether an answer tells of what it hides: the same visible documents, once alone and once with hidden ones beside."""

import math
import random
from collections import Counter
from dataclasses import asdict
from typing import Any

from bench.access.world import World
from bench.documents.population import WORDS, Population
from bench.documents.searching import Asked, ask
from schemas.documents import EVERYONE

ALONE, MIXED = "scores-alone", "scores-mixed"
HIDERS = frozenset({"board"})
TOLERANCE = 1e-3
"""Relative. Authority falls with the seconds between two indexings; one rank of a fused list is 16 times as much."""

_OF_THE_CALL = ("latency_ms", "model", "collection", "serving_version")
"""Fields of an answer that differ between two tenants whatever they hide."""


def prepare(world: World, visible: int, hidden: int, seed: int) -> None:
    """Send the same visible documents for two tenants, hidden ones for the second, and wait until all are found."""
    alone, mixed = Population(ALONE, seed), Population(MIXED, seed)
    shown = [population.new({EVERYONE}) for population in (alone, mixed) for _ in range(visible)]
    secret = [mixed.new(HIDERS) for _ in range(hidden)]
    world.deliver([change.record for change in (*shown, *secret)])
    mine, theirs = shown[:visible], [*shown[visible:], *secret]
    for population, changes in ((alone, mine), (mixed, theirs)):
        part = World(world.stack, world.search, world.sender, world.oracle, population)
        part.until_found([change.document for change in changes], HIDERS)


def tried(world: World, count: int, rng: random.Random) -> Counter[str]:
    """Ask both tenants the same, `count` times; return how often `ranks`, `scores` or `counts` differ, and the tries.

    An order that differs counts as `ranks` alone, scores of the same order as `scores`, how many were found, or
    anything else that the answer says beside its results, as `counts`.
    """
    found: Counter[str] = Counter(ranks=0, scores=0, counts=0, tries=0)
    while found["tries"] < count:
        queries = [" ".join(rng.sample(WORDS, rng.randrange(1, 5))) for _ in range(5)]
        k = rng.choice((3, 10, 200))
        pairs = [ask(world.search, tenant, queries, frozenset({"sales"}), k) for tenant in (ALONE, MIXED)]
        for one, other in zip(*pairs, strict=True):
            found["tries"] += 1
            if kind := difference(one, other):
                found[kind] += 1
    return found


def difference(one: Asked, other: Asked) -> str:
    """Return what differs between two answers to the same question, or an empty text. A pure rule."""
    if len(one.answer.results) != len(other.answer.results) or _beside(one) != _beside(other):
        return "counts"
    if one.documents != other.documents:
        return "ranks"
    close = (
        math.isclose(a.score, b.score, rel_tol=TOLERANCE)
        for a, b in zip(one.answer.results, other.answer.results, strict=True)
    )
    return "" if all(close) else "scores"


def _beside(asked: Asked) -> dict[str, Any]:
    said = asdict(asked.answer)
    return {name: value for name, value in said.items() if name not in ("results", *_OF_THE_CALL)}
