"""Text as sets of words: what makes two texts the same, nearly the same, or no text at all. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")

_STOP_WORDS = """
a an and are as at be been by can could do does for from get has have how i in into is it its me my of on or our please
should that the their them there these this to use using was we were what when where which who why will with would you
your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about the subject of a query."""


def normalized(text: str) -> str:
    """Return the text with case, compatibility forms, and white space made one, so that equal texts compare equal."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip(" \t\n.,:;!?\"'")


def words(text: str) -> list[str]:
    """Return the lower-case words of the text in order."""
    return _WORD.findall(normalized(text))


def subject(text: str) -> frozenset[str]:
    """Return the words that carry a query's meaning, plural endings removed; all words when nothing else is left."""
    found = [_singular(word) for word in words(text)]
    return frozenset(word for word in found if word not in STOP_WORDS) or frozenset(found)


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """Return the runs of `size` consecutive words; a text shorter than that is one run."""
    found = words(text)
    return frozenset(" ".join(found[i : i + size]) for i in range(max(1, len(found) - size + 1)))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


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


def groups(size: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `size` things the number of its connected component under `pairs`."""
    edges = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    graph = csr_matrix((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    return [int(label) for label in connected_components(graph, directed=False)[1]]


def _incidence(sets: Sequence[frozenset[str]], vocabulary: dict[str, int]) -> csr_matrix:
    columns = [sorted(vocabulary[token] for token in tokens if token in vocabulary) for tokens in sets]
    starts = np.cumsum([0, *(len(row) for row in columns)])
    flat = np.fromiter((column for row in columns for column in row), dtype=np.int64, count=int(starts[-1]))
    return csr_matrix((np.ones(len(flat), dtype=np.float64), flat, starts), shape=(len(sets), max(1, len(vocabulary))))
