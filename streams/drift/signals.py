"""All signals of one window against its reference, and how far the reference's own windows lie apart."""

from collections.abc import Callable, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from streams.drift.behaviour import BETTER_WHEN_HIGH, SHARES
from streams.drift.config import SIGNALS, DriftConfig
from streams.drift.measured import Measured, cliffs_delta, cohens_h
from streams.drift.permutation import Flags, Indices, Numbers, concordance, p_value, relabellings, shares
from streams.drift.query_drift import classifier_auc
from streams.drift.sample import Sample, Stack, stack
from streams.drift.vocabulary import Occurrences

_SHOWN_WORDS = 12
_ENOUGH_WINDOWS = 3
"""Reference windows below which their spread is not worth a standard deviation."""


def measure(reference: Sequence[Sample], window: Sample, config: DriftConfig) -> dict[str, Measured]:
    """Return every signal of `window` against the reference windows, p values by permutation of person-windows."""
    # Two threads per product only fight with the other processes of a small machine: the matrices are small.
    with threadpool_limits(limits=1):
        return _measure(stack(reference, window), config, config.permutations)


def thresholds(reference: Sequence[Sample], config: DriftConfig) -> dict[str, float]:
    """Return the effect that counts, by signal: the configured one, raised where the reference itself is restless.

    Each reference window is held against the others (so "no drift" by definition); the limit is the mean of those
    effects plus `calibration_sd` standard deviations, between the configured threshold and `calibration_cap` times it.
    """
    base = {signal: config.effects.of(signal) for signal in SIGNALS}
    if len(reference) < _ENOUGH_WINDOWS:
        return base
    internal: dict[str, list[float]] = {signal: [] for signal in SIGNALS}
    with threadpool_limits(limits=1):
        for i, held in enumerate(reference):
            others = [*reference[:i], *reference[i + 1 :]]
            for signal, measured in _measure(stack(others, held), config, 0).items():
                if enough(measured, config):
                    internal[signal].append(measured.effect)
    return {signal: _raised(base[signal], effects, config) for signal, effects in internal.items()}


def enough(measured: Measured, config: DriftConfig) -> bool:
    """Tell whether both sides have the cases and the people that a verdict needs."""
    of_queries = measured.signal in ("query_drift", "vocabulary_novelty", "query_fit")
    cases = config.min_queries if of_queries else config.min_observations
    people = 0 if measured.signal == "corpus_drift" else config.min_people
    return (
        min(measured.n_reference, measured.n_window) >= cases
        and min(measured.people_reference, measured.people_window) >= people
    )


def _raised(base: float, effects: Sequence[float], config: DriftConfig) -> float:
    if len(effects) < _ENOUGH_WINDOWS:
        return base
    limit = float(np.mean(effects) + config.calibration_sd * np.std(effects, ddof=1))
    return min(max(base, limit), base * config.calibration_cap)


def _measure(data: Stack, config: DriftConfig, count: int) -> dict[str, Measured]:
    labels = relabellings(data.in_window, count, config.seed)
    found = [rule(data, labels) for rule in (_novelty, _query_fit, _click_rank)]
    found.append(_query_drift(data, labels, config))
    found += [_share(signal, data, labels) for signal in SHARES]
    found.append(_corpus_drift(data, relabellings(data.document_in_window, count, config.seed)))
    by_signal = {measured.signal: measured for measured in found}
    return {signal: by_signal[signal] for signal in SIGNALS}


def _query_drift(data: Stack, labels: Flags, config: DriftConfig) -> Measured:
    auc = classifier_auc(data.vectors, data.query_cluster, data.person[data.query_cluster], labels, config.seed)
    return Measured(
        "query_drift", float(auc[0]), 0.5, cliffs_delta(float(auc[0])), p_value(auc), *_sizes(data, data.query_cluster)
    )


def _novelty(data: Stack, labels: Flags) -> Measured:
    used = Occurrences(data.query_words, data.query_cluster, len(data.in_window))
    novelty, baseline = used.novelty(labels), used.baseline(data.in_window)
    value = float(novelty[0])
    return Measured(
        "vocabulary_novelty", value, baseline, cohens_h(value, baseline), p_value(novelty),
        *_sizes(data, data.query_cluster), {"new_words": used.new_words(data.in_window, _SHOWN_WORDS)},
    )  # fmt: skip


def _query_fit(data: Stack, labels: Flags) -> Measured:
    known = ~np.isnan(data.fit)
    return _lower_is_worse("query_fit", data, labels, data.query_cluster[known], data.fit[known], np.median)


def _click_rank(data: Stack, labels: Flags) -> Measured:
    return _lower_is_worse("click_rank", data, labels, data.rank_cluster, data.reciprocal_rank, np.mean)


def _lower_is_worse(
    signal: str,
    data: Stack,
    labels: Flags,
    cluster_of: Indices,
    values: Numbers,
    centre: Callable[[Numbers], np.floating],
) -> Measured:
    lower = 1 - concordance(labels, cluster_of, values)
    here = data.in_window[cluster_of]
    value, reference = (float(centre(values[side])) if side.any() else 0.0 for side in (here, ~here))
    gap = _kolmogorov_smirnov(values[here], values[~here])
    return Measured(
        signal, value, reference, cliffs_delta(float(lower[0])), p_value(lower), *_sizes(data, cluster_of),
        {"kolmogorov_smirnov": round(gap, 4)},
    )  # fmt: skip


def _share(signal: str, data: Stack, labels: Flags) -> Measured:
    counts, sign = data.counts[signal], -1.0 if signal in BETTER_WHEN_HIGH else 1.0
    inside, outside = shares(labels, counts.hits, counts.cases)
    here, has = data.in_window, np.flatnonzero(counts.cases > 0)
    return Measured(
        signal, float(inside[0]), float(outside[0]), sign * cohens_h(float(inside[0]), float(outside[0])),
        p_value(sign * (inside - outside)),
        int(counts.cases[~here].sum()), int(counts.cases[here].sum()), *_people(data, has),
    )  # fmt: skip


def _corpus_drift(data: Stack, labels: Flags) -> Measured:
    inside, outside = shares(labels, data.changed, data.openings)
    here = data.document_in_window
    return Measured(
        "corpus_drift", float(inside[0]), float(outside[0]), cohens_h(float(inside[0]), float(outside[0])),
        p_value(inside - outside), int((~here).sum()), int(here.sum()), 0, 0,
        {"changed_documents": int((data.changed[here] > 0).sum()), "openings": int(data.openings[here].sum())},
    )  # fmt: skip


def _sizes(data: Stack, cluster_of: Indices) -> tuple[int, int, int, int]:
    here = data.in_window[cluster_of]
    return int((~here).sum()), int(here.sum()), *_people(data, np.unique(cluster_of))


def _people(data: Stack, clusters: Indices) -> tuple[int, int]:
    """Return how many different people stand behind these clusters, in the reference and in the window."""
    here = data.in_window[clusters]
    return len(np.unique(data.person[clusters[~here]])), len(np.unique(data.person[clusters[here]]))


def _kolmogorov_smirnov(one: Numbers, other: Numbers) -> float:
    """Return the greatest distance of the two empirical distribution functions (0 when a side is empty)."""
    if not len(one) or not len(other):
        return 0.0
    at = np.concatenate((one, other))
    steps = [np.searchsorted(np.sort(side), at, side="right") / len(side) for side in (one, other)]
    return float(np.max(np.abs(steps[0] - steps[1])))
