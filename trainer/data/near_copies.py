"""Which texts are nearly the same: documents copied with small changes, queries in nearly the same words. Pure.

Likeness is the Jaccard similarity of sets: runs of words for documents, subject words for queries. Near copies of near
copies are in one group.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from retrieval.text import words
from trainer.data.examples import Document

_SKETCH = 64
"""Runs of words by which a long text is compared with others."""


def near_copies(documents: Iterable[Document], threshold: float) -> dict[str, int]:
    """Return for each document the number of its group of near copies."""
    ordered = sorted(documents, key=lambda document: document.document)
    runs = [_rare(shingles(f"{document.title} {document.body}")) for document in ordered]
    labels = components(len(ordered), near_pairs(runs, runs, threshold))
    return {document.document: label for document, label in zip(ordered, labels, strict=True)}


def near_pairs(
    left: Sequence[frozenset[str]], right: Sequence[frozenset[str]], threshold: float, chunk: int = 512
) -> Iterator[tuple[int, int]]:
    """Yield (i, j) for every left[i] and right[j] whose Jaccard similarity reaches `threshold` (0 to 1].

    Sparse products in chunks: the peak of memory is `chunk` rows of overlaps, whatever the lengths.
    """
    vocabulary = {token: n for n, token in enumerate(sorted(set().union(*left) & set().union(*right)))}
    a, b = _incidence(left, vocabulary), _incidence(right, vocabulary).T.tocsc()
    sizes_a = np.fromiter((len(tokens) for tokens in left), dtype=np.float64, count=len(left))
    sizes_b = np.fromiter((len(tokens) for tokens in right), dtype=np.float64, count=len(right))
    for start in range(0, len(left), chunk):
        overlap = (a[start : start + chunk] @ b).tocoo()
        union = sizes_a[overlap.row + start] + sizes_b[overlap.col] - overlap.data
        near = overlap.data >= threshold * union
        yield from zip((overlap.row[near] + start).tolist(), overlap.col[near].tolist(), strict=True)


def components(size: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `size` things the number of its connected component under `pairs`."""
    edges = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    graph = csr_matrix((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    return [int(label) for label in connected_components(graph, directed=False)[1]]


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """Return the runs of `size` consecutive words; a text shorter than that is one run."""
    found = words(text)
    return frozenset(" ".join(found[i : i + size]) for i in range(max(1, len(found) - size + 1)))


def _rare(runs: frozenset[str]) -> frozenset[str]:
    """Sketch a long text by the runs with the smallest hashes (bottom-k MinHash): every copy gives the same."""
    if len(runs) <= _SKETCH:
        return runs
    return frozenset(sorted(runs, key=_hash)[:_SKETCH])


def _incidence(sets: Sequence[frozenset[str]], vocabulary: dict[str, int]) -> csr_matrix:
    columns = [sorted(vocabulary[token] for token in tokens if token in vocabulary) for tokens in sets]
    starts = np.cumsum([0, *(len(row) for row in columns)])
    flat = np.fromiter((column for row in columns for column in row), dtype=np.int64, count=int(starts[-1]))
    return csr_matrix((np.ones(len(flat), dtype=np.float64), flat, starts), shape=(len(sets), max(1, len(vocabulary))))


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
