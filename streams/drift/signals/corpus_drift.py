"""corpus_drift: how much of what people open is other text than some days before, by openings."""

from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.chance import chance
from streams.drift.statistics.effect import cohens_h, cohens_hs
from streams.drift.statistics.permutation import Flags, p_value, shares


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share of openings; its rise is the harm. Documents, not people, are the independent units."""
    inside, outside = shares(labels, data.moved, data.openings)
    here = data.document_in_window
    return Measured(
        SIGNAL.name, float(inside[0]), float(outside[0]), cohens_h(float(inside[0]), float(outside[0])),
        p_value(inside - outside), int((~here).sum()), int(here.sum()), 0, 0, chance(cohens_hs(inside, outside)),
        {"changed_documents": int((data.moved[here] > 0).sum()), "openings": int(data.openings[here].sum())},
    )  # fmt: skip


SIGNAL = Signal(
    name="corpus_drift",
    reading_order=110,
    threshold=Threshold(0.3, "Cohen's h", "above small: documents are edited every day; openings of changed text"),
    counted="document",
    measure=measure,
)
