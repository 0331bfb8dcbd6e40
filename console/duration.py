"""How long a training takes: by this tenant's earlier runs, else by one that was measured."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from console.text import span
from trainer.judging.ladder import ADOPT

NEWEST = 5
"""Runs that tell; what a tenant has grows."""

LOOKED_AT = 20
"""Runs among which they are sought."""

MEASURED = (
    "No training of this tenant tells yet how long one takes. That of `make demo`, with 1,300 documents and some 340 "
    "held-out queries, takes 5 to 6 minutes on two cores; more of either takes longer."
)


def in_words(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return how long a training takes, as sentences; `runs` are the tenant's, the newest first. Pure.

    What counts are runs that learned and compared, from the request to the end: with the wait for the trainer.
    """
    took = [
        (one["ended_at"] - one["requested_at"]).total_seconds()
        for one in runs
        if one["verdict"] in ("WIN", "LOSS", "INCONCLUSIVE")
        and one["ndcg_candidate"] is not None
        and one["rung"] != ADOPT
    ][:NEWEST]
    if not took:
        return MEASURED
    if len(took) == 1:
        return f"The last training took {span(took[0])}, from the request to its end."
    return (
        f"The last {len(took)} trainings took {span(median(took))} in the middle ({span(min(took))} to "
        f"{span(max(took))}), from the request to its end."
    )
