"""The scores that a run's verdict rests on: counted, summed up and hashed from the rows of `query_scores`.

The trainer signs the hash with the verdict; whoever acts on the verdict reads the rows again and asks here whether they
still say so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import fmean
from typing import Any

from schemas.learning import Comparison

CANDIDATE, LIVE = "candidate", "live"
TOLERANCE = 1e-6
"""Of a mean: more than addition in another order, less than anybody reads."""

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The rows of candidate and live: held-out queries that both answered, mean score gained, and their hash."""

    queries: int
    difference: float
    sha256: str


def evaluation(rows: Iterable[Mapping[str, Any]]) -> Evaluation:
    """Return what the rows say; each has `query`, `system`, `relevant`, `retrieved` and `score`."""
    found: dict[str, dict[str, float]] = {CANDIDATE: {}, LIVE: {}}
    lines = []
    for row in rows:
        if row["system"] in found:
            score = float(row["score"])
            found[row["system"]][row["query"]] = score
            lines.append(
                json.dumps(
                    [row["query"], row["system"], list(row["relevant"]), list(row["retrieved"]), round(score, _DIGITS)]
                )
            )
    both = found[CANDIDATE].keys() & found[LIVE].keys()
    gained = [found[CANDIDATE][query] - found[LIVE][query] for query in sorted(both)]
    digest = sha256("\n".join(sorted(lines)).encode()).hexdigest()
    return Evaluation(len(both), fmean(gained) if gained else 0.0, digest)


def of_columns(columns: Mapping[str, Sequence[Any]]) -> Evaluation:
    """Return the same of columns, as the trainer writes them."""
    names = ("query", "system", "relevant", "retrieved", "score")
    return evaluation(dict(zip(names, row, strict=True)) for row in zip(*(columns[n] for n in names), strict=True))


def unsupported(found: Evaluation, comparison: Comparison, signed: str | None) -> str:
    """Return why the rows do not support what was said of them, or an empty string. A pure rule."""
    if found.queries != comparison.queries:
        return (
            f"the gate counted {comparison.queries} held-out queries, the warehouse has the scores of {found.queries}"
        )
    if abs(found.difference - comparison.difference) > TOLERANCE:
        return f"the gate said {comparison.difference:+.4f} nDCG@10, the scores say {found.difference:+.4f}"
    if signed != found.sha256:
        return "the scores are not those that the trainer signed"
    return ""
