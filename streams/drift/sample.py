"""A window's sample as arrays, and several windows stacked into the two sides of a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from streams.drift.statistics.permutation import Flags, Indices, Numbers


@dataclass(frozen=True, slots=True)
class Changed:
    """An opened document: how often it was opened in the window, and how far its text has moved, 0 to 1."""

    document: str
    openings: int
    moved: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits and cases of one share, by cluster: both of shape (clusters,)."""

    hits: Numbers
    cases: Numbers


@dataclass(frozen=True, slots=True)
class Values:
    """A number of single searches, and the cluster that each search belongs to: both of shape (searches,)."""

    cluster: Indices
    value: Numbers


@dataclass(frozen=True, slots=True)
class Sample:
    """One window of one tenant under one model.

    `people` are the clusters. `query_*`, `vectors` (unit, in the reference encoder's space) and `fit` (best cosine to a
    shown title, NaN without one) have one entry a distinct (person, query). `counts` and `values` are by signal.
    """

    start: datetime
    people: tuple[str, ...]
    query_person: Indices
    query_words: tuple[frozenset[str], ...]
    vectors: NDArray[np.float32]
    fit: Numbers
    counts: Mapping[str, Counts]
    values: Mapping[str, Values]
    documents: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Reference windows and the judged window, person-windows as clusters. `person` numbers people across windows."""

    in_window: Flags
    person: Indices
    query_cluster: Indices
    query_words: tuple[frozenset[str], ...]
    vectors: NDArray[np.float32]
    fit: Numbers
    counts: Mapping[str, Counts]
    values: Mapping[str, Values]
    openings: Numbers
    moved: Numbers
    document_in_window: Flags

    def people(self, clusters: Indices) -> tuple[int, int]:
        """Return how many different people stand behind these clusters, in the reference and in the window."""
        here = self.in_window[clusters]
        return len(np.unique(self.person[clusters[~here]])), len(np.unique(self.person[clusters[here]]))

    def sizes(self, cluster_of: Indices) -> tuple[int, int, int, int]:
        """Return the observations in the reference and in the window, then the people behind them there."""
        here = self.in_window[cluster_of]
        return int((~here).sum()), int(here.sum()), *self.people(np.unique(cluster_of))


def stack(reference: Sequence[Sample], window: Sample) -> Stack:
    """Return the samples side by side; at least one reference sample is needed."""
    samples = [*reference, window]
    sizes = [len(s.people) for s in samples]
    offsets = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    number: dict[str, int] = {}
    opened = [document for s in samples for document in s.documents]
    opened_before = sum(len(s.documents) for s in reference)
    return Stack(
        in_window=np.arange(sum(sizes)) >= offsets[-1],
        person=np.array([number.setdefault(p, len(number)) for s in samples for p in s.people], dtype=np.int64),
        query_cluster=_shifted([s.query_person for s in samples], offsets),
        query_words=tuple(w for s in samples for w in s.query_words),
        vectors=np.concatenate([s.vectors for s in samples]),
        fit=np.concatenate([s.fit for s in samples]),
        counts={signal: _counts([s.counts[signal] for s in samples]) for signal in window.counts},
        values={signal: _values([s.values[signal] for s in samples], offsets) for signal in window.values},
        openings=np.array([document.openings for document in opened], dtype=np.float64),
        moved=np.array([document.openings * document.moved for document in opened], dtype=np.float64),
        document_in_window=np.arange(len(opened)) >= opened_before,
    )


def _shifted(parts: Sequence[Indices], offsets: Indices) -> Indices:
    return np.concatenate([part + offset for part, offset in zip(parts, offsets, strict=True)])


def _counts(parts: Sequence[Counts]) -> Counts:
    return Counts(np.concatenate([part.hits for part in parts]), np.concatenate([part.cases for part in parts]))


def _values(parts: Sequence[Values], offsets: Indices) -> Values:
    clusters = _shifted([part.cluster for part in parts], offsets)
    return Values(clusters, np.concatenate([part.value for part in parts]))
