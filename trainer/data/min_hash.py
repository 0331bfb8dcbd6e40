"""Texts as sets of hashed runs of words, and which of these sets may be alike without comparing all with all. Pure.

Sets with a Jaccard similarity s have the same least hash under a random order with chance s (Broder, "On the
resemblance and containment of documents", 1997). Hashes of several orders make a band; two sets are candidates when any
band of them is equal (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from retrieval.text import words

Runs = npt.NDArray[np.uint64]
"""Hashes of one text's runs of words, ascending and each once."""

_ORDERS, _SEED, _RUN = 128, 20_260_101, 4
_SKETCH = 1_024
"""Runs by which a longer text is compared, those with the least hashes (Broder's bottom sketch): 8 KB a text."""

_RECALL = 0.9999
"""Chance with which two sets that are just alike enough are candidates."""

_CROWD = 50
"""Members of a bucket from which only neighbours and the first are compared: copies of copies join all the same."""


def runs(text: str) -> Runs:
    """Return the runs of four consecutive words; a text shorter than that is one run, one without words none.

    Of a text with very many runs those with the least hashes are returned: a copy gives nearly the same.
    """
    hashed = np.array([_word(word) for word in words(text)], dtype=np.uint64)
    if not len(hashed):
        return hashed
    windows = np.lib.stride_tricks.sliding_window_view(hashed, min(_RUN, len(hashed)))
    mixed = np.zeros(len(windows), dtype=np.uint64)
    for column in windows.T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)[:_SKETCH]


def likeness(left: Runs, right: Runs) -> float:
    """Return the Jaccard similarity of two sets; of empty ones 0."""
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / max(1, len(left) + len(right) - common)


def alike(sets: Sequence[Runs], threshold: float) -> Iterator[tuple[int, int]]:
    """Yield pairs (i, j), i < j, of sets whose similarity reaches `threshold` (0 to 1]; empty sets are like none.

    Of many equal ones, and in a bucket of very many, not every pair is given, but enough to join them.
    """
    first: dict[bytes, int] = {}
    for n, one in enumerate(sets):
        if len(one) and (same := first.setdefault(one.tobytes(), n)) != n:
            yield same, n
    distinct = sorted(first.values())
    yield from (
        (i, j) for i, j in _candidates([sets[n] for n in distinct], distinct, threshold)
        if likeness(sets[i], sets[j]) >= threshold
    )  # fmt: skip


def _candidates(sets: Sequence[Runs], numbers: Sequence[int], threshold: float) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    signed = np.array([_signature(one) for one in sets], dtype=np.uint64).reshape(len(sets), _ORDERS)
    size = _band(threshold)
    for start in range(0, _ORDERS - size + 1, size):
        buckets: dict[bytes, list[int]] = {}
        for n, row in zip(numbers, signed[:, start : start + size], strict=True):
            buckets.setdefault(row.tobytes(), []).append(n)
        for bucket in buckets.values():
            crowded = len(bucket) > _CROWD
            found.update(pairwise(bucket) if crowded else combinations(bucket, 2))
            found.update((bucket[0], n) for n in bucket[1:] if crowded)
    return sorted(found)


def _band(threshold: float) -> int:
    """Return the most hashes that a band may have so that what is alike enough is found."""
    enough = [n for n in range(1, 9) if 1 - (1 - threshold**n) ** (_ORDERS // n) >= _RECALL]
    return max(enough, default=1)


@lru_cache(maxsize=1)
def _orders() -> tuple[Runs, Runs]:
    draw = np.random.default_rng(_SEED)
    odd = draw.integers(0, 2**63, _ORDERS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return odd, draw.integers(0, 2**63, _ORDERS, dtype=np.uint64)


def _signature(one: Runs) -> Runs:
    factors, shifts = _orders()
    least = (one[:, None] * factors + shifts) >> np.uint64(32)
    return np.asarray(least.min(axis=0), dtype=np.uint64)


@lru_cache(maxsize=100_000)
def _word(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
