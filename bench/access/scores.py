"""Whether an answer depends on what it hides: the same questions before and after hidden documents came.

The visible documents are of one length and use each word a different number of times, so that no two of them are equal
for a query of one word, whatever the word's frequency in the collection. That frequency, hidden documents included, is
what BM25 weighs the words of a longer query by: how often an order changes by it is counted apart, as no leak.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from bench.access.world import AT_ONCE, World
from bench.documents.population import WORDS, Population
from bench.documents.searching import Asked
from schemas.documents import EVERYONE

TENANT = "scores"
HIDERS, SEEKER = frozenset({"board"}), frozenset({"sales"})
TOLERANCE = 1e-3
"""Relative. Authority falls with the time between two questions; one rank of a fused list is 16 times as much."""

USED = WORDS[:12]
HIDDEN_WORDS = USED[:6]
HIDDEN_PER_WORD = 10
UNUSED = ("zebra", "quartz", "violin", "glacier", "pepper", "meadow", "comet", "walnut", "harbour", "saddle")
"""Words of no document: they move a query's meaning and no frequency."""

_OF_THE_CALL = ("latency_ms", "model", "collection", "serving_version")
"""Fields of an answer that differ between two calls whatever they hide."""


def tried(world: World, count: int, seed: int) -> dict[str, int]:
    """Ask `count` questions before and after the hidden documents come; return how many answers differ, by kind.

    An order that differs counts as `ranks` alone, scores of the same order as `scores`, how many were found, or
    anything else that the answer says beside its results, as `counts`. `pairs_of_words` is how many of the questions,
    asked beside these, were of two words, and `reordered` how many of their answers have another order.
    """
    rng, here = random.Random(seed), world.of(Population(TENANT, seed))
    shown = [here.population.new({EVERYONE}, text) for text in visible_texts()]
    here.send(shown)
    here.until_found([change.document for change in shown], HIDERS)
    single = [" ".join([rng.choice(USED), *rng.sample(UNUSED, rng.randrange(4))]) for _ in range(count)]
    double = [" ".join(rng.sample(USED, 2)) for _ in range(max(10, count // 10))]
    depths = [rng.choice((3, 10, 200)) for _ in range(0, count, AT_ONCE)]
    before = _answers(here, single, depths), _answers(here, double, depths)
    hidden = [here.population.new(HIDERS, text) for text in hidden_texts()]
    here.send(hidden)
    here.until_found([change.document for change in hidden], HIDERS)
    after = _answers(here, single, depths), _answers(here, double, depths)
    kinds = Counter(map(difference, before[0], after[0]))
    reordered = sum(one.documents != other.documents for one, other in zip(before[1], after[1], strict=True))
    return {
        **{kind: kinds[kind] for kind in ("ranks", "scores", "counts")},
        "results": here.leaked, "tries": len(single), "pairs_of_words": len(double), "reordered": reordered,
    }  # fmt: skip


def visible_texts() -> list[str]:
    """Return texts of one length in which each word stands a different number of times. A pure rule."""
    n = len(USED)
    return [" ".join(word for j, word in enumerate(USED) for _ in range((number + j) % n)) for number in range(n)]


def hidden_texts() -> list[str]:
    """Return texts of the same length that rank before all of these, for some words only. A pure rule."""
    length = sum(range(len(USED)))
    return [" ".join([word] * length) for word in HIDDEN_WORDS for _ in range(HIDDEN_PER_WORD)]


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


def _answers(world: World, queries: Sequence[str], depths: Iterable[int]) -> list[Asked]:
    parts = (queries[start : start + AT_ONCE] for start in range(0, len(queries), AT_ONCE))
    return [asked for part, k in zip(parts, depths, strict=False) for asked in world.ask(part, SEEKER, k)]


def _beside(asked: Asked) -> dict[str, Any]:
    said = asdict(asked.answer)
    return {name: value for name, value in said.items() if name not in ("results", *_OF_THE_CALL)}
