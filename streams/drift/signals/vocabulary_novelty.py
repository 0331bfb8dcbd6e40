"""vocabulary_novelty: how much of what people type was never typed in the reference?"""

import numpy as np

from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.chance import chance
from streams.drift.statistics.effect import cohens_h, cohens_hs
from streams.drift.statistics.permutation import Flags, p_value
from streams.drift.vocabulary import Occurrences

_SHOWN_WORDS = 12


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Return the share of unseen words, beside the share that each reference day has against the others."""
    used = Occurrences(data.query_words, data.query_cluster, len(data.in_window))
    novelty, baseline = used.novelty(labels), used.baseline(data.in_window)
    value = float(novelty[0])
    by_chance = chance(cohens_hs(novelty, np.full_like(novelty, baseline)))
    return Measured(
        SIGNAL.name, value, baseline, cohens_h(value, baseline), p_value(novelty), *data.sizes(data.query_cluster),
        by_chance, {"new_words": used.new_words(data.in_window, _SHOWN_WORDS)},
    )  # fmt: skip


SIGNAL = Signal(
    name="vocabulary_novelty",
    reading_order=20,
    threshold=Threshold(0.2, "Cohen's h", "2 % unseen words against 6 %"),
    counted="query",
    measure=measure,
)
