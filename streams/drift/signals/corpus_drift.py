"""corpus_drift: the share of openings that went to text which changed in the window before it was opened there."""

from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.effect import cohens_h
from streams.drift.statistics.permutation import Flags, p_value, shares


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share of openings; its rise is the harm. Documents, not people, are the independent units."""
    inside, outside = shares(labels, data.changed, data.openings)
    here = data.document_in_window
    return Measured(
        SIGNAL.name, float(inside[0]), float(outside[0]), cohens_h(float(inside[0]), float(outside[0])),
        p_value(inside - outside), int((~here).sum()), int(here.sum()), 0, 0,
        {"changed_documents": int((data.changed[here] > 0).sum()), "openings": int(data.openings[here].sum())},
    )  # fmt: skip


SIGNAL = Signal(
    name="corpus_drift",
    reading_order=110,
    threshold=Threshold(0.3, "Cohen's h", "above small: documents are edited every day; openings of changed text"),
    counted="document",
    measure=measure,
)
