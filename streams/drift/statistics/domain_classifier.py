"""The domain classifier: can one tell the window's vectors from the reference's?

The domain classifier (two-sample) test: Kim et al. 2021, "Classification accuracy as a proxy for two-sample testing";
Rabanser et al. 2019, "Failing loudly". The value is the cross-validated area under the ROC curve, 0.5 = cannot tell.

The classifier is the regularised linear discriminant on the leading principal components of all vectors. Components,
covariances and folds never see the labels, so the classifier of every relabelling costs one matrix product, and the
whole procedure (fit included) is permuted: small samples, ties and overfitting are in the null distribution too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.drift.statistics.permutation import Flags, Indices, Numbers

Matrix = NDArray[np.float32]

FOLDS = 5
COMPONENTS = 64
RIDGE = 0.1
"""Share of the mean variance added to each component's: steadies the discriminant when queries are few."""


@dataclass(frozen=True, slots=True)
class _Fold:
    directions: Matrix
    """Held-out vectors times the inverse training covariance, shape (held out, components)."""
    labels: Matrix
    """Labels of the held-out queries under each relabelling, shape (held out, rows)."""
    sums: Matrix
    """Sum of the held-out vectors labelled 1, shape (components, rows)."""
    held: Matrix
    """Held-out vectors' sum, shape (components, 1)."""


def classifier_auc(vectors: Matrix, cluster_of: Indices, person_of: Indices, labels: Flags, seed: int) -> Numbers:
    """Return the cross-validated AUC under each row of `labels`, shape (rows,).

    `vectors` (n, d); `cluster_of` (n,) indexes the columns of `labels`; `person_of` (n,) keeps one person's queries of
    all days in one fold, so that nobody is recognised by their own words. Concordance is counted within folds, where
    scores are comparable. 0.5 where a side is empty.
    """
    if not len(vectors):
        return np.full(labels.shape[0], 0.5)
    # Equal queries have equal scores: their order must not depend on the side they came from.
    order = np.random.default_rng(seed).permutation(len(vectors))
    rows = leading_components(vectors[order])
    marks = np.ascontiguousarray(labels.T[cluster_of[order]]).astype(np.float32)
    fold_of = _folds(person_of[order], seed)
    dealt = np.unique(fold_of)
    if len(dealt) < 2:  # one person alone: there is nobody else to learn from
        return np.full(labels.shape[0], 0.5)
    folds = [_fold(rows, marks, fold_of == number) for number in dealt]
    u, pairs = np.zeros(labels.shape[0]), np.zeros(labels.shape[0])
    for fold in folds:
        fold_u, fold_pairs = _concordant(fold, _discriminants(fold, folds, marks))
        u += fold_u
        pairs += fold_pairs
    return np.divide(u, pairs, out=np.full_like(u, 0.5), where=pairs > 0)


def leading_components(vectors: Matrix) -> Matrix:
    """Return the centred vectors on their leading principal axes, shape (n, min(d, 64))."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(centred @ axes[:, -COMPONENTS:], dtype=np.float32)


def _folds(person_of: Indices, seed: int) -> Indices:
    """Deal people to folds, those with most queries first, always to the smallest fold."""
    counts = np.bincount(person_of)
    shuffled = np.random.default_rng(seed + 1).permutation(len(counts))
    fold_of_person, sizes = np.zeros(len(counts), dtype=np.int64), np.zeros(FOLDS)
    for person in shuffled[np.argsort(-counts[shuffled], kind="stable")]:
        smallest = int(np.argmin(sizes))
        fold_of_person[person] = smallest
        sizes[smallest] += counts[person]
    folds: Indices = fold_of_person[person_of]
    return folds


def _fold(rows: Matrix, marks: Matrix, held_out: Flags) -> _Fold:
    training, held = rows[~held_out], rows[held_out]
    mean = training.mean(axis=0)
    covariance = (training - mean).T @ (training - mean) / max(len(training), 1)
    width = covariance.shape[0]
    covariance += (RIDGE * np.trace(covariance) / width + 1e-9) * np.eye(width, dtype=np.float32)
    return _Fold(
        directions=(held - mean) @ np.linalg.inv(covariance).astype(np.float32),
        labels=marks[held_out],
        sums=held.T @ marks[held_out],
        held=held.sum(axis=0)[:, None],
    )


def _discriminants(fold: _Fold, folds: list[_Fold], marks: Matrix) -> Matrix:
    """Return difference of the training means, window less reference, shape (components, rows)."""
    others = [other for other in folds if other is not fold]
    sums = np.sum([other.sums for other in others], axis=0)
    total = np.sum([other.held for other in others], axis=0)
    ones = marks.sum(axis=0) - fold.labels.sum(axis=0)
    zeros = len(marks) - len(fold.labels) - ones
    difference: Matrix = sums / np.maximum(ones, 1) - (total - sums) / np.maximum(zeros, 1)
    return difference


def _concordant(fold: _Fold, discriminants: Matrix) -> tuple[Numbers, Numbers]:
    """Return concordant pairs and all pairs of the held-out queries under each relabelling."""
    order = np.argsort((fold.directions @ discriminants).T, axis=1)
    sorted_labels = np.take_along_axis(np.ascontiguousarray(fold.labels.T), order, axis=1).astype(np.float64)
    ones = sorted_labels.sum(axis=1)
    rank_sums = sorted_labels @ np.arange(1, order.shape[1] + 1, dtype=np.float64)
    return rank_sums - ones * (ones + 1) / 2, ones * (order.shape[1] - ones)
