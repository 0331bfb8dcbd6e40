"""A small real search for tests of the demo's people: documents by the words that they share with the query."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from demo.corpus import Document
from demo.headings import content_words
from demo.planning import PlannedSearch


@dataclass(frozen=True)
class Shown:
    document: str
    score: float


@dataclass(frozen=True)
class Served:
    results: tuple[Shown, ...]
    model: str = "base"
    collection: str = "c_base_1"
    serving_version: int = 1
    latency_ms: float = 12.5


class WordSearch:
    def __init__(self, documents: Iterable[Document]) -> None:
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for document in documents:
            for word in set(content_words(f"{document.title} {document.body}")):
                self._by_word[word].append(document.id)

    def __call__(self, searches: Sequence[PlannedSearch]) -> list[Served]:
        return [self._answer(search.query) for search in searches]

    def _answer(self, query: str) -> Served:
        scores: defaultdict[str, float] = defaultdict(float)
        for word in content_words(query):
            found = self._by_word.get(word, [])
            for document in found:
                scores[document] += 1 / len(found)
        best = sorted(scores.items(), key=lambda found: -found[1])[:10]
        return Served(tuple(Shown(document, score) for document, score in best))
