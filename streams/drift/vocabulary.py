"""Vocabulary novelty: how much of what people type was never typed in the reference?

Even without drift some words are new (Heaps' law), so the reference is measured against itself: each person's day
against all other days. The expected share of unseen words is then the same on both sides (leave-one-out; Good 1953,
"The population frequencies of species and the estimation of population parameters").
"""

from collections.abc import Sequence

import numpy as np

from retrieval.text import query_terms
from streams.drift.statistics.permutation import Flags, Indices, Numbers


def words(query: str) -> frozenset[str]:
    """Return the distinct terms of a query, as the index has them; numbers and single signs are not words."""
    return frozenset(term for term in query_terms(query) if len(term) > 1 and not term.isdecimal())


class Occurrences:
    """Which cluster used which word how often, laid out word by word."""

    def __init__(self, queries: Sequence[frozenset[str]], cluster_of: Indices, clusters: int) -> None:
        """Count `queries[i]` for cluster `cluster_of[i]`."""
        number: dict[str, int] = {}
        word = [number.setdefault(w, len(number)) for query in queries for w in sorted(query)]
        cluster = np.repeat(cluster_of, [len(query) for query in queries])
        keys, self.counts = np.unique(np.array(word, dtype=np.int64) * clusters + cluster, return_counts=True)
        self.cluster = keys % clusters
        self.first = np.flatnonzero(np.diff(keys // clusters, prepend=-1))
        """Where each word's entries begin."""
        self.spread = np.diff(self.first, append=len(keys))
        """How many clusters use each word."""
        self.total = np.add.reduceat(self.counts, self.first) if len(keys) else np.zeros(0, dtype=np.int64)
        self.words = list(number)
        self.by_cluster = np.bincount(self.cluster, weights=self.counts, minlength=clusters).astype(np.float64)

    def novelty(self, labels: Flags) -> Numbers:
        """Return, for each row of `labels`, the share of the window's words that no reference cluster used."""
        if not len(self.counts):
            return np.zeros(labels.shape[0])
        in_window = labels.astype(np.float64) @ self.by_cluster
        unseen = self._unseen(labels) @ self.total.astype(np.float64)
        share: Numbers = np.divide(unseen, in_window, out=np.zeros_like(in_window), where=in_window > 0)
        return share

    def baseline(self, in_window: Flags) -> float:
        """Return the share of a reference cluster's words that no other reference cluster used."""
        in_reference = ~in_window[self.cluster]
        size = float(self.counts[in_reference].sum())
        if not size:
            return 0.0
        once = np.add.reduceat(in_reference, self.first, dtype=np.int64) == 1
        return float(self.counts[in_reference & np.repeat(once, self.spread)].sum() / size)

    def new_words(self, in_window: Flags, most: int) -> list[str]:
        """Return up to `most` words that only the window uses, those of most people first."""
        if not len(self.counts):
            return []
        # Words were numbered in order of appearance, and keys are sorted by that number.
        unseen = np.flatnonzero(self._unseen(in_window[None, :])[0])
        return [self.words[i] for i in sorted(unseen, key=lambda i: (-self.spread[i], self.words[i]))[:most]]

    def _unseen(self, labels: Flags) -> Flags:
        seen: Flags = np.logical_or.reduceat(~labels[:, self.cluster], self.first, axis=1)
        return ~seen
