"""One trial: people click on what the live model serves, and the gate judges every candidate by that. Pure.

The truth of a candidate is the difference of nDCG@10 by true labels over all queries of the world between the
candidate, with the fusion that clicks on the validation queries gave it, and live as it serves. The gate sees a sample
of the queries that somebody clicked after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from bench.recipe.clicked import Clicked, clicked
from bench.recipe.world import Asked
from bench.verdicts.candidates import Ranked
from demo.clicks import ClickModel
from retrieval import metrics
from schemas.fusion import EVEN, Fusion
from trainer.judging import exposure, gate
from trainer.judging.evaluate import CANDIDATE, LIVE, Evaluation
from trainer.judging.exposure import Labels
from trainer.judging.gate import GateRules
from trainer.judging.weights import GRID, chosen

_RULES = GateRules(resamples=2_000)
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said of a candidate, and what is true: differences of nDCG@10."""

    candidate: str
    true: float
    judged: float
    verdict: str


def trial(
    sides: Mapping[str, Sequence[Asked]],
    ranked: Mapping[str, Ranked],
    live: str,
    seed: int,
    *,
    careless: float,
    wanted: int,
    as_are: bool,
    eta: float = ClickModel().eta,
) -> list[Outcome]:
    """Return what the gate says of every model but the live one, which served with even weights until now.

    It sees `wanted` of the clicked queries.
    """
    rng = Random(f"trial:{seed}")
    known = {
        side: clicked(asked, ranked[live][side][EVEN], rng, careless, as_are, eta)
        for side, asked in sorted(sides.items())
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


def _true(ranked: Sequence[Sequence[str]], asked: Sequence[Asked]) -> float:
    pairs = zip(ranked, asked, strict=True)
    return float(np.mean([metrics.ndcg(found, dict.fromkeys(one.relevant, 1.0), 10) for found, one in pairs]))
