"""Twelve months of one company: the demo's real texts, and what happens to them. Everything follows from a seed.

The documents of the demo's first group are there from the beginning, those of the second come month by month. Every
month some are renamed, some become near copies of others, some are edited, and some go. People search with the headings
that others wrote over these documents, in wordings of their own, the newer ones more often; some open a wrong one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

from demo.corpus import Corpus, LabelledQuery
from demo.phrasing import Phrasing, vary
from trainer.data.examples import Document, PairRow

MONTHS = 12
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_RENAMED, _COPIED, _EDITED, _GONE = 0.01, 0.01, 0.03, 0.005
"""Shares of the documents to which this happens in a month."""

_WRONG, _NEW = 0.15, 0.3
"""Shares of the openings that meet no need, and of the searches that are for documents of the last two months."""


@dataclass(frozen=True, slots=True)
class Month:
    """What a run at the end of a month finds: documents, all signals until then, and names that were given up.

    `former` has the names that a present document had before, `first` for every name the first that its document had,
    `copied` for every name the first one whose text its document has, changed by a few words at most.
    """

    number: int
    documents: dict[str, Document]
    rows: tuple[PairRow, ...]
    former: dict[str, list[str]]
    first: dict[str, str]
    copied: dict[str, str]


class _Company:
    """The state of the world."""

    def __init__(self, corpus: Corpus, searches: int, rng: Random) -> None:
        self._corpus, self._searches, self._rng = corpus, searches, rng
        self._needs: list[LabelledQuery] = [*corpus.first.queries, *corpus.second.queries]
        self._waiting = [self._document(one.id, one.title, one.body) for one in corpus.second.documents]
        rng.shuffle(self._waiting)
        self._arriving = -(-len(self._waiting) // (MONTHS - 2))
        self._documents = {d.id: self._document(d.id, d.title, d.body) for d in corpus.first.documents}
        self._name_of = {name: name for name in self._documents}
        self._came = dict.fromkeys(self._documents, 0)
        self._former: dict[str, list[str]] = {}
        self._first = {name: name for name in self._documents}
        self._copied = dict(self._first)
        self._rows: list[PairRow] = []

    def month(self, number: int) -> Month:
        """Let a month pass."""
        if number > 1:
            self._change(number)
        self._search(number)
        own = (
            PairRow(f"own:{name}", "title_body", "", name, name, 1.0, (), _BEGAN)
            for name, document in self._documents.items()
        )
        return Month(
            number, dict(self._documents), (*own, *self._rows), dict(self._former), dict(self._first),
            dict(self._copied),
        )  # fmt: skip

    def _change(self, number: int) -> None:
        for document in self._waiting[: self._arriving]:
            self._documents[document.document] = document
            self._name_of[document.document] = self._first[document.document] = document.document
            self._copied[document.document] = document.document
            self._came[document.document] = number
        del self._waiting[: self._arriving]
        for name in self._some(_RENAMED):
            self._rename(name, f"{name}-of-month-{number}")
        for name in self._some(_COPIED):
            other = self._documents[self._rng.choice(sorted(self._documents))]
            self._put(name, other.title, other.body + f" Copied in month {number}.")
            self._copied[name] = self._copied[other.document]
        for name in self._some(_EDITED):
            here = self._documents[name]
            self._put(name, here.title, f"{here.body} Edited in month {number}.")
        for name in self._some(_GONE):
            del self._documents[name]
        self._rows = [row for row in self._rows if row.document in self._documents]

    def _some(self, share: float) -> list[str]:
        return self._rng.sample(sorted(self._documents), max(1, round(share * len(self._documents))))

    def _put(self, name: str, title: str, body: str) -> None:
        self._documents[name] = self._document(name, title, body)

    def _rename(self, name: str, new: str) -> None:
        self._documents[new] = replace(self._documents.pop(name), document=new)
        self._former[new] = [*self._former.pop(name, []), name]
        self._first[new], self._copied[new] = self._first[name], self._copied[name]
        self._name_of[self._first[name]] = new
        self._rows = [replace(row, document=new) if row.document == name else row for row in self._rows]

    def _search(self, number: int) -> None:
        present = {name for name in self._name_of if self._name_of[name] in self._documents}
        needs = [need for need in self._needs if need.relevant <= present]
        fresh = [need for need in needs if max(self._came[name] for name in need.relevant) >= number - 1]
        everything = sorted(self._documents)
        for n in range(self._searches):
            need = self._rng.choice(fresh if self._rng.random() < _NEW and fresh else needs)
            text = vary(need.text, self._rng, Phrasing())
            name = self._name_of[self._rng.choice(sorted(need.relevant))]
            opened = self._rng.choice(everything) if self._rng.random() < _WRONG else name
            at = _BEGAN + timedelta(days=30 * (number - 1), minutes=n)
            self._rows.append(PairRow(f"{number}:{n}", "search_click", text, "", opened, 1.0, (), at))

    @staticmethod
    def _document(name: str, title: str, body: str) -> Document:
        content = sha256(f"{title}\0{body}".encode()).hexdigest()
        return Document(name, 1, title, body, content, frozenset(), 0, _BEGAN)


def months(corpus: Corpus, searches: int, seed: int) -> Iterator[Month]:
    """Yield the months of a company whose people search so often in each."""
    company = _Company(corpus, searches, Random(f"hold-out:{seed}"))
    return (company.month(number) for number in range(1, MONTHS + 1))
