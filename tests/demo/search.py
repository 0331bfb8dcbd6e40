"""A small real search for tests of the demo's people: documents by the words that they share with the query."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from demo.corpus import Document
from demo.headings import content_words
from demo.planning import PlannedSearch
from indexer.search.answer import Answer
from indexer.search.shown import Found


def answer(*documents: tuple[str, float]) -> Answer:
    """An answer with these documents and scores, in this order."""
    results = tuple(Found(document, rank, score, "", "") for rank, (document, score) in enumerate(documents, 1))
    return Answer(results, "base", "c_base_1", 1, 12.5)


class WordSearch:
    def __init__(self, documents: Iterable[Document]) -> None:
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for document in documents:
            for word in set(content_words(f"{document.title} {document.body}")):
                self._by_word[word].append(document.id)

    def __call__(self, searches: Sequence[PlannedSearch]) -> list[Answer]:
        return [self._answer(search.query) for search in searches]

    def _answer(self, query: str) -> Answer:
        scores: defaultdict[str, float] = defaultdict(float)
        for word in content_words(query):
            found = self._by_word.get(word, [])
            for document in found:
                scores[document] += 1 / len(found)
        return answer(*sorted(scores.items(), key=lambda found: -found[1])[:10])
