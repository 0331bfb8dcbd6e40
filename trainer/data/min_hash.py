"""Texts as sets of shingles, and which sets are alike, by MinHash in bands: without comparing all with all. Pure.

Sets with a Jaccard similarity s have the same minimum under a random hash function with chance s (Broder, "On the
resemblance and containment of documents", 1997). Minima of several functions make a band; two sets are candidates when
any band of them is equal (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from retrieval.text import words
from trainer.data.joined import components, spanning

Shingles = npt.NDArray[np.uint64]
"""Hashes of one text's shingles (runs of four words), ascending and each once."""

_HASHES, _SEED, _WORDS = 128, 20_260_101, 4
_SKETCH = 1_024
"""Shingles by which longer texts are compared, those with the least hashes (bottom-k sketch): 8 KB a text."""

_RECALL = 0.9999
"""Chance with which two sets that are just alike enough are candidates."""

_CROWD = 50
"""Members of a bucket that are compared one by one; more, as of one template, are compared by a product."""

_ROWS = 512


def shingles(text: str) -> Shingles:
    """Return the runs of four consecutive words; a text shorter than that is one run, one without words none."""
    hashed = np.array([_word(word) for word in words(text)], dtype=np.uint64)
    if not len(hashed):
        return hashed
    windows = np.lib.stride_tricks.sliding_window_view(hashed, min(_WORDS, len(hashed)))
    mixed = np.zeros(len(windows), dtype=np.uint64)
    for column in windows.T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)


def likeness(left: Shingles, right: Shingles) -> float:
    """Return the Jaccard similarity of two sets, of empty ones 0; of sketches an unbiased estimate of it."""
    union = np.union1d(left, right)
    if max(len(left), len(right)) >= _SKETCH:
        union = union[:_SKETCH]
    common = np.isin(union, left, assume_unique=True) & np.isin(union, right, assume_unique=True)
    return float(common.mean()) if len(union) else 0.0


def alike(sets: Iterable[Shingles], threshold: float) -> Iterator[tuple[int, int]]:
    """Yield pairs (i, j) of the numbers of sets whose similarity reaches `threshold` (0 to 1].

    Of many that are alike not every pair is given, but enough to join them; empty sets are like none. A set is held as
    a sketch only.
    """
    first: dict[bytes, int] = {}
    sketches, signed = dict[int, Shingles](), list[Shingles]()
    for n, one in enumerate(sets):
        if not len(one):
            continue
        if (same := first.setdefault(blake2b(one.tobytes()).digest(), n)) != n:
            yield same, n
            continue
        sketches[n] = one[:_SKETCH].copy()
        signed.append(_signature(one))
    pairs, crowds = _candidates(list(sketches), signed, threshold)
    yield from (pair for pair in pairs if likeness(sketches[pair[0]], sketches[pair[1]]) >= threshold)
    for crowd in crowds:
        yield from _crowded(crowd, [sketches[n] for n in crowd], threshold)


def _candidates(
    numbers: Sequence[int], signed: Sequence[Shingles], threshold: float
) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Return the pairs that share a band with few others, and the groups of those that share one with many."""
    pairs, linked = set[tuple[int, int]](), list[tuple[int, int]]()
    size = _band(threshold)
    for start in range(0, _HASHES - size + 1, size):
        buckets: dict[bytes, list[int]] = {}
        for at, row in enumerate(signed):
            buckets.setdefault(row[start : start + size].tobytes(), []).append(at)
        for bucket in buckets.values():
            if len(bucket) > _CROWD:
                linked += pairwise(bucket)
            else:
                pairs.update((numbers[i], numbers[j]) for i, j in combinations(bucket, 2))
    crowds: dict[int, list[int]] = {}
    labels = components(len(numbers), linked)
    for at in sorted({at for pair in linked for at in pair}):
        crowds.setdefault(labels[at], []).append(numbers[at])
    return sorted(pairs), list(crowds.values())


def _crowded(numbers: Sequence[int], sketches: Sequence[Shingles], threshold: float) -> Iterator[tuple[int, int]]:
    """Yield enough pairs of a crowd to join what is alike: all are compared with all, some hundred rows at a time."""
    known, columns = np.unique(np.concatenate(sketches), return_inverse=True)
    sizes = np.array([len(one) for one in sketches])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    table = csr_matrix((np.ones(len(columns), dtype=np.int32), columns, starts), shape=(len(sketches), len(known)))
    cut = sizes >= _SKETCH
    least = threshold / (2 - threshold)  # of two sketches where one set holds the other, the worst case
    for start in range(0, len(sketches), _ROWS):
        common = (table[start : start + _ROWS] @ table.T).tocoo()
        rows = common.row + start
        ratio = common.data / (sizes[rows] + sizes[common.col] - common.data)
        unsure = cut[rows] | cut[common.col]
        near = (rows < common.col) & (ratio >= np.where(unsure, least, threshold))
        told = np.column_stack([rows, common.col])[near & ~unsure]
        asked = np.column_stack([rows, common.col])[near & unsure].tolist()
        seen = [(i, j) for i, j in asked if likeness(sketches[i], sketches[j]) >= threshold]
        found = np.concatenate([told, np.array(seen, dtype=told.dtype).reshape(-1, 2)])
        yield from ((numbers[i], numbers[j]) for i, j in spanning(len(sketches), found))


def _band(threshold: float) -> int:
    """Return the most hashes that a band may have so that what is alike enough is found."""
    enough = [n for n in range(1, 9) if 1 - (1 - threshold**n) ** (_HASHES // n) >= _RECALL]
    return max(enough, default=1)


@lru_cache(maxsize=1)
def _hashes() -> tuple[Shingles, Shingles]:
    draw = np.random.default_rng(_SEED)
    odd = draw.integers(0, 2**63, _HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return odd, draw.integers(0, 2**63, _HASHES, dtype=np.uint64)


def _signature(one: Shingles) -> Shingles:
    factors, shifts = _hashes()
    least = np.full(_HASHES, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(one), _SKETCH):
        part = (one[start : start + _SKETCH, None] * factors + shifts) >> np.uint64(32)
        least = np.minimum(least, part.min(axis=0))
    return least


@lru_cache(maxsize=100_000)
def _word(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
