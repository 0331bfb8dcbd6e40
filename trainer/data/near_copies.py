"""Which texts are nearly the same: documents copied with small changes, queries in nearly the same words. Pure.

Likeness is the Jaccard similarity of sets: runs of four words for documents, so that moved paragraphs change little;
for queries subject words, of which one that was mistyped counts as the word that was meant. Documents are compared with
their titles and without, because a copy may have another title. Near copies of near copies are in one group.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from retrieval.text import subject
from trainer.data.examples import Document
from trainer.data.joined import components
from trainer.data.min_hash import Shingles, alike, shingles

_LEAST = 16
"""Shingles from which a body alone tells copies: shorter ones are often the same by custom."""


_LONG = 6
"""Letters from which words that differ by a letter are one and a slip of it: shorter ones are often two words."""


def near_copies(documents: Iterable[Document], threshold: float) -> dict[str, int]:
    """Return for each document the number of its group of near copies."""
    ordered = sorted(documents, key=lambda document: document.document)
    titled = list(alike((shingles(f"{document.title} {document.body}") for document in ordered), threshold))
    untitled = list(alike((_telling(shingles(document.body)) for document in ordered), threshold))
    labels = components(len(ordered), titled + untitled)
    return {document.document: label for document, label in zip(ordered, labels, strict=True)}


def _telling(body: Shingles) -> Shingles:
    return body if len(body) >= _LEAST else body[:0]


def near_queries(left: Sequence[str], right: Sequence[str], threshold: float) -> set[tuple[int, int]]:
    """Return (i, j) of every left[i] and right[j] that are nearly the same query, as typed or but for slips."""
    asked, known = [subject(text) for text in left], [subject(text) for text in right]
    meant = _meant(set().union(*asked, *known))
    mended = [[frozenset(map(meant.__getitem__, one)) for one in side] for side in (asked, known)]
    return {*near_pairs(asked, known, threshold), *near_pairs(mended[0], mended[1], threshold)}


def _meant(words: Collection[str]) -> dict[str, str]:
    """Return one word for all that are the same but for a slip: equal when a letter is dropped from either or both."""
    ordered = sorted(words)
    first, joined = dict[str, int](), list[tuple[int, int]]()
    for n, word in enumerate(ordered):
        if len(word) >= _LONG and word.isalpha():
            joined += [(first.setdefault(word[:at] + word[at + 1 :], n), n) for at in range(len(word))]
            joined.append((first.setdefault(word, n), n))
    labels = components(len(ordered), joined)
    return {word: ordered[label] for word, label in zip(ordered, labels, strict=True)}


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


def _incidence(sets: Sequence[frozenset[str]], vocabulary: dict[str, int]) -> csr_matrix:
    columns = [sorted(vocabulary[token] for token in tokens if token in vocabulary) for tokens in sets]
    starts = np.cumsum([0, *(len(row) for row in columns)])
    flat = np.fromiter((column for row in columns for column in row), dtype=np.int64, count=int(starts[-1]))
    return csr_matrix((np.ones(len(flat), dtype=np.float64), flat, starts), shape=(len(sets), max(1, len(vocabulary))))
