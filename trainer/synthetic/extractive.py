"""Queries out of a document's own words, for installations that ask no language model. Pure.

Of a document come at most two: its first sentence that tells something, cut short and without words that say nothing,
which is to find the rest of the document (the inverse cloze task: Lee et al., "Latent retrieval for weakly supervised
open domain question answering", 2019); and the words that tell it best from the tenant's other documents, by frequency
times inverse document frequency (Sparck Jones, "A statistical interpretation of term specificity", 1972).
"""

from collections import Counter
from collections.abc import Iterable
from math import log

from retrieval.markup import lines
from retrieval.text import STOP_WORDS, words
from trainer.data.examples import Document
from trainer.synthetic.queries import Proposed

_KEYWORDS, _LONGEST = 3, 8
"""Words of a query of keywords, and of a sentence."""

_READ = 4_000
"""Characters of a body that are looked at."""


class Extractive:
    """Knows how many of the tenant's documents have each word."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._having, self._documents = Counter[str](), 0
        for document in documents:
            self._having.update(set(words(f"{document.title} {document.body[:_READ]}")))
            self._documents += 1

    def proposed(self, document: Document) -> tuple[Proposed, ...]:
        """Return the queries of one document; none where it has too few words that tell anything."""
        title, read = " ".join(document.title.split()), document.body[:_READ]
        sentences = [line.text for line in lines(read) if not line.own_line and not line.heading]
        told = [[word for word in words(sentence) if self._tells(word)] for sentence in sentences]
        found = []
        first = next((n for n, sentence in enumerate(told) if len(sentence) >= _KEYWORDS), None)
        if first is not None:
            rest = " ".join(sentence for n, sentence in enumerate(sentences) if n != first)
            found.append(Proposed(" ".join(told[first][:_LONGEST]), f"{title}\n{rest}".strip()))
        every = [word for word in words(title) if self._tells(word)] + [word for sentence in told for word in sentence]
        counted, order = Counter(every), {word: n for n, word in reversed(list(enumerate(every)))}
        best = sorted(counted, key=lambda word: (-counted[word] * self._weight(word), word))[:_KEYWORDS]
        if len(best) == _KEYWORDS:
            keywords = " ".join(sorted(best, key=lambda word: order[word]))
            found.append(Proposed(keywords, f"{title}\n{' '.join(document.body.split())}".strip()))
        return tuple(found)

    def _tells(self, word: str) -> bool:
        return word not in STOP_WORDS and len(word) > 1 and not word.isdigit()

    def _weight(self, word: str) -> float:
        return log((1 + self._documents) / (1 + self._having[word]))
