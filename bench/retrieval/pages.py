"""Pages as the index has them, and one encoder that searches them: what every measurement here begins with."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from retrieval.bm25 import Bm25
from retrieval.encoders import Encoder
from retrieval.word_pieces import Pieces
from schemas.fusion import Fusion
from trainer.data.examples import Document
from trainer.data.split import Query
from trainer.judging import corpus
from trainer.judging.corpus import Corpus, Vectors, by_best_passage
from trainer.judging.served import ServedRanking

_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """A title and the text below it."""

    title: str
    body: str


def indexed(pages: Mapping[str, Page], pieces: Pieces) -> Corpus:
    """Return the pages cut into passages as the index cuts them; all have the same authority, none was clicked."""
    documents = {
        name: Document(name, 1, page.title, page.body, "", frozenset(), 0, _WRITTEN) for name, page in pages.items()
    }
    return corpus.build(documents, [], [], len(documents), pieces)


def unread(over: Corpus, pieces: Pieces) -> tuple[int, int]:
    """Return how many word pieces of all passages an encoder leaves unread, and how many there are."""
    counts = pieces.counts(over.texts)
    return sum(max(0, count - pieces.limit) for count in counts), sum(counts)


def query(text: str, relevant: Mapping[str, float], number: int) -> Query:
    """Return a labelled query; `relevant` grades documents in (0, 1]."""
    return Query(text, relevant, number, False, 1, _WRITTEN)


class Library:
    """Pages with their vectors and words, ranked in each of the ways that are compared."""

    def __init__(self, pages: Mapping[str, Page], encoder: Encoder) -> None:
        self.corpus, self._encoder = indexed(pages, encoder.pieces), encoder
        self.vectors = encoder.encode(self.corpus.texts)
        self.words = Bm25(self.corpus.texts)
        self.served = ServedRanking(self.corpus, self.words)

    def with_clicked(self, said: Mapping[str, Sequence[str]]) -> "Library":
        """Return the same pages, vectors and words; people have clicked on them after these queries."""
        other = copy(self)
        other.corpus = replace(self.corpus, clicked=tuple(tuple(said.get(name, ())) for name in self.corpus.names))
        other.served = ServedRanking(other.corpus, self.words)
        return other

    def asked(self, queries: Sequence[str]) -> Vectors:
        """Return the vectors of queries."""
        return self._encoder.encode(queries)

    def by_meaning(self, asked: Vectors) -> list[list[str]]:
        """Return the documents of each query by vectors alone."""
        return by_best_passage(asked @ self.vectors.T, self.corpus)

    def by_words(self, queries: Sequence[str]) -> list[list[str]]:
        """Return the documents of each query by words alone."""
        return by_best_passage(self.words.scores(queries), self.corpus, floor=0.0)

    def fused(self, asked: Vectors, queries: Sequence[str], fusion: Fusion) -> list[list[str]]:
        """Return the documents of each query as a search serves them."""
        return self.served.rank(self.vectors, asked, queries, [fusion])[0]
