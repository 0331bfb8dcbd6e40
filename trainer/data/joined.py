"""What is joined by pairs, directly or by way of others. Pure."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

Pairs = Iterable[tuple[int, int]] | npt.NDArray[np.int32] | npt.NDArray[np.int64]
"""Numbers of things, two and two; as an array of shape (pairs, 2)."""


def components(size: int, pairs: Pairs) -> list[int]:
    """Return for each of `size` things the number of its connected component under `pairs`."""
    listed = pairs if isinstance(pairs, np.ndarray) else list(pairs)
    edges = np.asarray(listed, dtype=np.int64).reshape(-1, 2)
    graph = csr_matrix((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    return [int(label) for label in connected_components(graph, directed=False)[1]]


def spanning(size: int, pairs: Pairs) -> list[tuple[int, int]]:
    """Return fewer pairs, less than `size`, that join the same things."""
    first, kept = dict[int, int](), list[tuple[int, int]]()
    for thing, label in enumerate(components(size, pairs)):
        if (begin := first.setdefault(label, thing)) != thing:
            kept.append((begin, thing))
    return kept
