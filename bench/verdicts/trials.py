"""One trial: people click on what the live model serves, and the gate judges every candidate by that. Pure.

The truth of a candidate is the difference of nDCG@10 by true labels over all queries of the world between the
candidate, with the fusion that clicks on the validation queries gave it, and live as it serves. The gate sees a sample
of the queries that somebody clicked after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import numpy as np

from bench.recipe.world import Asked
from bench.verdicts.candidates import Ranked
from demo.clicks import ClickModel, dwell_seconds, opened
from retrieval import metrics
from schemas.fusion import EVEN, Fusion
from streams.pairs.search_click import SearchClickRules, rank_weights, weights
from trainer.data.examples import CleaningRules, PairRow
from trainer.data.snapshot import ANSWER_DEPTH, Answer, SnapshotRules
from trainer.data.split import Query
from trainer.judging import exposure, gate
from trainer.judging.evaluate import CANDIDATE, LIVE, Evaluation
from trainer.judging.exposure import Labels
from trainer.judging.gate import GateRules
from trainer.judging.weights import GRID, chosen

_AT = datetime(2026, 3, 2, tzinfo=UTC)
_SEARCHES = (1, 4)
"""People who search for one query: as few and as many as these."""

_RULES = GateRules(resamples=2_000)
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Clicked:
    """What is known of one side: the queries that somebody clicked after, by number, and their labels."""

    numbers: tuple[int, ...]
    queries: tuple[Query, ...]
    labels: Labels


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said of a candidate, and what is true: differences of nDCG@10."""

    candidate: str
    true: float
    judged: float
    verdict: str


def clicked(
    side: Sequence[Asked], shown: Sequence[Sequence[str]], rng: Random, careless: float, as_are: bool
) -> Clicked:
    """Let some people search for each query and open what they are shown.

    `careless` is the chance to open what was looked at and not needed; with `as_are` clicks are not corrected.
    """
    model, rules = ClickModel(other=careless), SearchClickRules()
    table = rank_weights(rules)
    answers, rows, numbers, queries = list[Answer](), list[PairRow](), list[int](), list[Query]()
    for n, (asked, ranked) in enumerate(zip(side, shown, strict=True)):
        gained: dict[str, float] = {}
        for person in range(rng.randint(*_SEARCHES)):
            answers.append(Answer(asked.text, tuple(ranked[:ANSWER_DEPTH])))
            for rank in opened(ranked[:ANSWER_DEPTH], asked.relevant, rng, model):
                name = ranked[rank - 1]
                dwell = dwell_seconds(name in asked.relevant, rng, model)
                weight = float(weights(np.array([rank]), np.array([dwell]), table, rules)[0])
                pair, satisfied = f"{n}:{person}:{name}", dwell >= SnapshotRules().satisfied_s
                rows.append(PairRow(pair, "search_click", asked.text, "", name, weight, (), _AT, satisfied))
                gained[name] = gained.get(name, 0.0) + weight
        if gained:
            numbers.append(n)
            queries.append(Query(asked.text, _graded(gained), asked.group, False, len(gained), _AT))
    everything = frozenset(row.document for row in rows)
    known = Labels((None,) * len(queries)) if as_are else exposure.labels(queries, answers, rows, everything)
    return Clicked(tuple(numbers), tuple(queries), known)


def trial(
    sides: Mapping[str, Sequence[Asked]],
    ranked: Mapping[str, Ranked],
    live: str,
    seed: int,
    *,
    careless: float,
    wanted: int,
    as_are: bool,
) -> list[Outcome]:
    """Return what the gate says of every model but the live one, which served with even weights until now.

    It sees `wanted` of the clicked queries.
    """
    rng = Random(f"trial:{seed}")
    known = {
        side: clicked(asked, ranked[live][side][EVEN], rng, careless, as_are) for side, asked in sorted(sides.items())
    }
    test = known["test"]
    sample = sorted(rng.sample(range(len(test.numbers)), min(wanted, len(test.numbers))))
    fusions = {
        name: EVEN if name == live else fusion(of["validation"], known["validation"]) for name, of in ranked.items()
    }
    served = {name: of["test"][fusions[name]] for name, of in ranked.items()}
    truth = {name: _true(found, sides["test"]) for name, found in served.items()}
    labels = Labels(tuple(test.labels.values[n] for n in sample), test.labels.scale)
    queries, numbers = [test.queries[n] for n in sample], [test.numbers[n] for n in sample]
    outcomes = []
    for name in ranked:
        if name != live:
            rankings = {kind: [served[of][n] for n in numbers] for kind, of in ((CANDIDATE, name), (LIVE, live))}
            found = Evaluation(tuple(queries), ((),) * len(queries), rankings, (), {}, (), {}, EVEN, labels)
            verdict = gate.judge(found.scores(), {}, _RULES)
            outcomes.append(Outcome(name, truth[name] - truth[live], verdict.difference.mean, verdict.verdict))
    return outcomes


def fusion(ranked: Mapping[Fusion, Sequence[Sequence[str]]], known: Clicked) -> Fusion:
    """Return the fusion that ranks the clicked validation queries best, as a run chooses it."""
    scores = {
        one: exposure.seen_scores([ranked[one][n] for n in known.numbers], known.queries, known.labels) for one in GRID
    }
    return chosen(scores, _LEAST)


def _graded(gained: Mapping[str, float]) -> dict[str, float]:
    """Return grades as cleaning leaves them: none that is faint beside the strongest."""
    most = max(gained.values())
    return {name: weight / most for name, weight in gained.items() if weight >= CleaningRules().min_share * most}


def _true(ranked: Sequence[Sequence[str]], asked: Sequence[Asked]) -> float:
    pairs = zip(ranked, asked, strict=True)
    return float(np.mean([metrics.ndcg(found, dict.fromkeys(one.relevant, 1.0), 10) for found, one in pairs]))
