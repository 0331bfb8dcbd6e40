"""A collection held against the documents that it should show, document by document and passage by passage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.documents.handbook import Final
from retrieval.passages import split
from retrieval.word_pieces import Pieces
from stores.vector_rows import VectorRow

Rows = Mapping[str, Mapping[int, VectorRow]]
"""The rows of a collection by document and number of the passage."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Documents that are not there, that should not be there, and that are there in another form."""

    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Return whether the collection shows what it should."""
        return not (self.missing or self.extra or self.different)


def held_against(rows: Rows, final: Mapping[str, Final], pieces: Pieces) -> Verdict:
    """Return what is wrong with a collection that a model with this tokenizer cuts for. A pure rule."""
    verdict = Verdict()
    for name, known in final.items():
        passages = split(known.title, known.body, pieces).passages
        own = rows.get(name, {})
        if passages and not own:
            verdict.missing.append(name)
        elif own and shown(own) != [(known.title, text, known.version) for text in passages]:
            verdict.different.append(name)
    verdict.extra.extend(sorted(rows.keys() - final.keys()))
    return verdict


def shown(own: Mapping[int, VectorRow]) -> list[tuple[str, str, int]]:
    """Return title, text and version of a document's passages in order; a number that is left out has none of them."""
    every = (own.get(number) for number in range(max(own) + 1))
    return [(row["title"], row["text"], row["version"]) if row else ("", "", -1) for row in every]


def by_document(rows: Mapping[str, VectorRow]) -> Rows:
    """Return rows, given by key, by their document and passage."""
    found: dict[str, dict[int, VectorRow]] = {}
    for row in rows.values():
        found.setdefault(row["document"], {})[row["passage"]] = row
    return found
