"""What people click on of what they are shown for judging queries, and the labels that a training run makes of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

import numpy as np

from bench.recipe.world import Asked
from demo.clicks import ClickModel, dwell_seconds, opened
from streams.pairs.search_click import SearchClickRules, rank_weights, weights
from trainer.data.examples import CleaningRules, PairRow
from trainer.data.snapshot import ANSWER_DEPTH, Answer, SnapshotRules
from trainer.data.split import Query
from trainer.judging import exposure
from trainer.judging.exposure import Labels

_AT = datetime(2026, 3, 2, tzinfo=UTC)
_SEARCHES = (1, 4)
"""People who search for one query: as few and as many as these."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """What is known of one side: the queries that somebody clicked after, by number, and their labels."""

    numbers: tuple[int, ...]
    queries: tuple[Query, ...]
    labels: Labels


class Click(NamedTuple):
    """A document that was opened, how long in seconds, and the weight that the click becomes."""

    document: str
    dwell_s: float
    weight: float


def clicks(shown: Sequence[str], relevant: Collection[str], rng: Random, model: ClickModel) -> Iterator[Click]:
    """Yield what somebody opens of one answer."""
    rules = SearchClickRules()
    for rank in opened(shown, relevant, rng, model):
        dwell = dwell_seconds(shown[rank - 1] in relevant, rng, model)
        weight = weights(np.array([rank]), np.array([dwell]), rank_weights(rules), rules)
        yield Click(shown[rank - 1], dwell, float(weight[0]))


def clicked(
    side: Sequence[Asked],
    shown: Sequence[Sequence[str]],
    rng: Random,
    careless: float,
    as_are: bool,
    eta: float = ClickModel().eta,
) -> Clicked:
    """Let some people search for each query and open what they are shown.

    `careless` is the chance to open what was looked at and not needed, `eta` how strongly they prefer the top; with
    `as_are` clicks are not corrected.
    """
    model = ClickModel(other=careless, eta=eta)
    answers, rows, numbers, queries = list[Answer](), list[PairRow](), list[int](), list[Query]()
    for n, (asked, ranked) in enumerate(zip(side, shown, strict=True)):
        gained: dict[str, float] = {}
        for person in range(rng.randint(*_SEARCHES)):
            answers.append(Answer(asked.text, tuple(ranked[:ANSWER_DEPTH])))
            for click in clicks(ranked[:ANSWER_DEPTH], asked.relevant, rng, model):
                pair, name = f"{n}:{person}:{click.document}", click.document
                satisfied = click.dwell_s >= SnapshotRules().satisfied_s
                rows.append(PairRow(pair, "search_click", asked.text, "", name, click.weight, (), _AT, satisfied))
                gained[name] = gained.get(name, 0.0) + click.weight
        if gained:
            numbers.append(n)
            queries.append(Query(asked.text, _graded(gained), asked.group, False, len(gained), _AT))
    everything = frozenset(row.document for row in rows)
    known = Labels((None,) * len(queries)) if as_are else exposure.labels(queries, answers, rows, everything)
    return Clicked(tuple(numbers), tuple(queries), known)


def _graded(gained: Mapping[str, float]) -> dict[str, float]:
    """Return grades as cleaning leaves them: none that is faint beside the strongest."""
    most = max(gained.values())
    return {name: weight / most for name, weight in gained.items() if weight >= CleaningRules().min_share * most}
