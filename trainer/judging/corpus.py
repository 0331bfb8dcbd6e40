"""What the systems are judged on: the tenant's documents in the index's own passages, and rankings of one kind.

A document without any text has no passage in the index and none here: it cannot be found, and a query that seeks it
counts that as a miss.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.bm25 import Bm25
from retrieval.clicked_queries import field_text
from retrieval.passages import split
from retrieval.word_pieces import Pieces
from trainer.data.examples import Document
from trainer.judging import model_tests
from trainer.judging.competitors import chosen
from trainer.learning.general import General

Vectors = npt.NDArray[np.float32]
DEPTH = 100
"""Documents of a ranking that are looked at."""


class Sought(Protocol):
    """A query that judges, by whatever labels."""

    @property
    def relevant(self) -> Mapping[str, float]:
        """Return the documents that it seeks, with their grades."""
        ...


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is ranked: names of documents, ascending, general texts after them, and all passages in that order.

    `first[n]` is the number of the first passage of document n, `authority[n]` its authority in [0, 1], `clicked[n]`
    are its clicked queries, if there are any of any document. Every document here has at least one passage.
    Of a large corpus `left_out` documents are not here, and document n stands for `stands_for[n]` of all, if it says.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    first: npt.NDArray[np.int64]
    authority: tuple[float, ...]
    clicked: tuple[tuple[str, ...], ...] = ()
    stands_for: tuple[float, ...] = ()
    left_out: int = 0

    def tenants(self) -> list[int]:
        """Return the numbers of the tenant's own documents, without the general texts."""
        return [n for n, name in enumerate(self.names) if not model_tests.is_general(name)]

    def own(self) -> "Corpus":
        """Return what the tenant's index has: this corpus without the general texts, which stand at its end."""
        kept = len(self.tenants())
        passages = int(self.first[kept]) if kept < len(self.names) else len(self.texts)
        own = self.names[:kept], self.texts[:passages], self.first[:kept], self.authority[:kept]
        return Corpus(*own, self.clicked[:kept], self.stands_for[:kept], self.left_out)

    def words(self) -> Bm25:
        """Return the index of the passages' words, with how frequent they are in the whole corpus."""
        return Bm25(self.texts, self._stands_for())

    def clicked_words(self) -> Bm25 | None:
        """Return the same of passages with clicked queries; None when no document has such queries."""
        fields = self.clicked_fields()
        return None if fields is None else Bm25(fields, self._stands_for())

    def _stands_for(self) -> list[float] | None:
        """Return for how many passages of the whole corpus each passage stands; None where all are here."""
        if not self.left_out or not self.stands_for:
            return None
        return np.repeat(self.stands_for, np.diff(self.first, append=len(self.texts))).tolist()

    def clicked_fields(self) -> list[str] | None:
        """Return the words with clicked queries of each passage, as indexed; None when no document has such queries."""
        if not any(self.clicked):
            return None
        fields = list(self.texts)
        for first, queries in zip(self.first.tolist(), self.clicked, strict=True):
            fields[first] = field_text(fields[first], queries)
        return fields

    def numbered(self) -> list[tuple[int, int]]:
        """Return of each passage the number of its document, and its own number there, both from 0."""
        sizes = np.diff(self.first, append=len(self.texts)).tolist()
        return [(document, number) for document, size in enumerate(sizes) for number in range(size)]

    def leading(self) -> dict[str, str]:
        """Return the first passage of each of the tenant's documents, by name."""
        return {self.names[n]: self.texts[int(self.first[n])] for n in self.tenants()}


def build(
    documents: Mapping[str, Document],
    queries: Sequence[Sought],
    guard: Sequence[General],
    limit: int,
    pieces: Pieces,
    clicked: Mapping[str, Sequence[str]] | None = None,
    shown: Collection[str] = (),
    asked: Iterable[str] = (),
) -> Corpus:
    """Return all searchable documents, or of a large corpus those that decide and a sample, and general texts.

    `limit` bounds the tenant's documents; `pieces` is the tokenizer by which they are cut; `clicked` has the clicked
    queries of documents, without any that judges. `shown` is what people were shown for the queries, `asked` are texts
    of which words find what else competes (`trainer.judging.competitors`).
    """
    relevant = {name for query in queries for name in query.relevant}
    judging = chosen([one for one in documents.values() if one.searchable], relevant, shown, asked, limit)
    cut = [(name, split(documents[name].title, documents[name].body, pieces).passages) for name in judging.stands_for]
    cut += [(model_tests.general_id(pair), (pair.text,)) for pair in guard]
    findable = [(name, passages) for name, passages in cut if passages]
    sizes = [len(passages) for _, passages in findable]
    return Corpus(
        names=tuple(name for name, _ in findable),
        texts=tuple(text for _, passages in findable for text in passages),
        first=np.cumsum([0, *sizes], dtype=np.int64)[:-1],
        authority=tuple(documents[name].authority if name in documents else 0.0 for name, _ in findable),
        clicked=tuple(tuple(clicked.get(name, ())) for name, _ in findable) if clicked else (),
        stands_for=tuple(judging.stands_for.get(name, 1.0) for name, _ in findable),
        left_out=judging.left_out,
    )


def by_best_passage(scores: Vectors, corpus: Corpus, depth: int = DEPTH, floor: float = -np.inf) -> list[list[str]]:
    """Return the best documents of each query by one kind of score alone, a document's being its best passage's.

    `scores` has shape (queries, passages). Equal scores keep the order of names, so that a ranking can be repeated;
    scores at or below `floor` are no hits.
    """
    if not corpus.names:
        return [[] for _ in scores]
    best = np.maximum.reduceat(scores, corpus.first, axis=1)
    order = np.argsort(-best, axis=1, kind="stable")[:, :depth]
    return [[corpus.names[n] for n in row if best[query, n] > floor] for query, row in enumerate(order.tolist())]
