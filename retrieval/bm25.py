"""BM25 as a sparse matrix product: the word-matching baseline that an embedding has to beat. Pure.

A term that occurs f times in a document adds idf * f * (k1 + 1) / (f + k1 * (1 - b + b * length / mean length)) to its
score; idf = ln(1 + (N - n + 0.5) / (n + 0.5)) for a term that n of N documents have. Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond", 2009; the idf that is never negative is Lucene's. Terms
(`retrieval.text`) and constants are those of the index, so that what is judged is what is served.
"""

from collections import Counter
from collections.abc import Container, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from retrieval.text import query_terms, terms
from stores.vector_rows import K1, B


class Bm25:
    """An index over fixed documents."""

    def __init__(
        self, documents: Sequence[str], stands_for: Sequence[float] | None = None, only: Container[str] | None = None
    ) -> None:
        """Count words; `only` are the terms that will be asked for, without which all terms are kept.

        `stands_for` says of each document of a sample how many of the whole corpus it stands for. Document frequencies
        and the mean length are then estimates for the whole corpus.
        """
        counts, lengths = [], []
        for text in documents:
            count = Counter(terms(text))
            lengths.append(count.total())
            counts.append(count if only is None else {word: n for word, n in count.items() if word in only})
        weights = np.ones(len(counts)) if stands_for is None else np.asarray(stands_for, dtype=np.float64)
        self._vocabulary = {word: n for n, word in enumerate(sorted({word for count in counts for word in count}))}
        rows = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
        columns = np.array([self._vocabulary[word] for count in counts for word in count], dtype=np.int64)
        frequency = np.array([n for count in counts for n in count.values()], dtype=np.float32)
        length = np.array(lengths, dtype=np.float32)
        mean = float(np.average(length, weights=weights)) if len(length) else 1.0
        norm = (K1 * (1 - B + B * length / max(1.0, mean))).astype(np.float32)
        containing = np.bincount(columns, weights=weights[rows], minlength=len(self._vocabulary))
        idf = np.log1p((weights.sum() - containing + 0.5) / (containing + 0.5)).astype(np.float32)
        weight = idf[columns] * frequency * (K1 + 1) / (frequency + norm[rows])
        self._index = csr_matrix(
            (weight, (rows, columns)), shape=(len(counts), max(1, len(self._vocabulary)))
        ).T.tocsr()

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return scores of shape (queries, documents); 0 where no word is shared."""
        known = [[self._vocabulary[term] for term in query_terms(text) if term in self._vocabulary] for text in queries]
        rows = np.repeat(np.arange(len(queries)), [len(row) for row in known])
        columns = np.array([column for row in known for column in row], dtype=np.int64)
        asked = csr_matrix(
            (np.ones(len(columns), dtype=np.float32), (rows, columns)), shape=(len(queries), self._index.shape[0])
        )
        return np.asarray((asked @ self._index).toarray(), dtype=np.float32)
