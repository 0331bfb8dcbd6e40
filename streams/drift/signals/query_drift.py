"""query_drift: can a classifier tell the window's queries from the reference's? The value is its AUC, 0.5 = no."""

from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.chance import chance
from streams.drift.statistics.domain_classifier import classifier_auc
from streams.drift.statistics.effect import cliffs_delta
from streams.drift.statistics.permutation import Flags, p_value


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Return the cross-validated AUC in the reference encoder's space."""
    auc = classifier_auc(data.vectors, data.query_cluster, data.person[data.query_cluster], labels, seed)
    value = float(auc[0])
    sizes = data.sizes(data.query_cluster)
    return Measured(SIGNAL.name, value, 0.5, cliffs_delta(value), p_value(auc), *sizes, chance(2 * auc - 1))


SIGNAL = Signal(
    name="query_drift",
    reading_order=10,
    threshold=Threshold(0.25, "Cliff's delta", "2 AUC - 1; a classifier that tells periods apart at AUC 0.625"),
    counted="query",
    measure=measure,
)
