"""Outcomes of many trials as shares: how often a gain was seen, and how often one that is none. Pure."""

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from bench.verdicts.trials import Outcome

GAIN = 0.03
"""True difference in nDCG@10 from which a verdict should be WIN."""


def by_candidate(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Return a row a candidate, the best in truth first: mean true and judged difference, shares of verdicts."""
    named: dict[str, list[Outcome]] = {}
    for one in outcomes:
        named.setdefault(one.candidate, []).append(one)
    rows = [
        {
            "candidate": name,
            "true": round(fmean(one.true for one in found), 4),
            "judged": round(fmean(one.judged for one in found), 4),
            "win": round(fmean(one.verdict == "WIN" for one in found), 3),
            "loss": round(fmean(one.verdict == "LOSS" for one in found), 3),
        }
        for name, found in named.items()
    ]
    return sorted(rows, key=lambda row: (-row["true"], row["candidate"]))


def agreement(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how verdicts agree with the truth."""
    gains = [one.verdict == "WIN" for one in outcomes if one.true >= GAIN]
    none = [one.verdict == "WIN" for one in outcomes if one.true <= 0]
    losses = [one.verdict == "LOSS" for one in outcomes if one.true > 0]
    return {
        "win_when_gain": round(fmean(gains), 3) if gains else None,
        "win_when_no_gain": round(fmean(none), 3) if none else None,
        "loss_when_gain": round(fmean(losses), 3) if losses else None,
        "verdicts": len(outcomes),
    }
