"""Reading a collection back: what it holds is read by primary key and compared with what documents say.

    expected passages ──▶ read every key ──▶ every field, and a digest of the vectors     (`indexer.proof.row_check`)
    keys just past a document's end, keys of deleted documents, a scan ──▶ surplus rows   (the other way)

Counts and iterators prove nothing about completeness; only the reads by key do. The scan can only find surplus rows,
never excuse missing ones. A document may change while it is read: what looks wrong is looked at once more after pending
changes are applied, until it stands still, or is passed over when its change is known to be still to come.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from indexer.feed.document import Document
from indexer.indexing.sync import Sync, Target
from indexer.proof.row_check import keys_of, length, problem, settled
from stores.vector_rows import primary_key


@dataclass(slots=True)
class Findings:
    """What one reading of the destination found.

    `wrong` maps a document to what is wrong with it, and `revisions` to the revision at which it was compared;
    `foreign` are keys of no document, `passages` maps each document to how many passages it should have.
    """

    wrong: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    passages: dict[str, int] = field(default_factory=dict)

    @property
    def mismatches(self) -> int:
        """Return how many things are not as they should be."""
        return len(self.wrong) + len(self.foreign)


class ReadBack:
    """Reads collections, `page` documents at once, and mends what is wrong with them, and nothing else.

    What is pending is applied, and what is wrong made anew, by `applying`, where another sync is at work on the
    collection than the one that reads: two that wrote to it in turns could undo what the other did.
    """

    def __init__(self, sync: Sync, page: int, clock: Callable[[], datetime], applying: Sync | None = None) -> None:
        self._sync = sync
        self._applying = applying or sync
        self._page = page
        self._clock = clock

    def read(self, target: Target, only: Sequence[str] | None = None) -> Findings:
        """Compare the destination with the documents (or with `only` these), suspects again; repairs nothing."""
        findings = Findings()
        for page in pages(self._sync.documents.ids(target.tenant) if only is None else only, self._page):
            self._compare(target, page, findings)
        if only is None:
            self._judge_keys(self._sync.vectors.scan_keys(target.collection), findings)
        if findings.foreign:  # what came while this was read is no surplus; it is compared in its turn
            came = frozenset(self._sync.documents.ids(target.tenant)) - findings.passages.keys()
            findings.foreign = [key for key in findings.foreign if key.rpartition("#")[0] not in came]
        if findings.wrong:
            self._look_until_still(target, findings)
        return findings

    def _look_until_still(self, target: Target, findings: Findings) -> None:
        """Apply what is pending and look at the suspects again, while any of them changes between two looks.

        What looks wrong twice at one revision is wrong. What still changes at the last look is passed over: it is
        applied in its turn, and a cutover reads back what changed after the proof.
        """
        wrong = dict[str, str]()
        for _ in range(_LOOKS):
            suspects, before = list(findings.wrong), dict(findings.revisions)
            findings.wrong = {}
            self._applying.advance(target, float("inf"))
            for page in pages(suspects, self._page):
                self._compare(target, page, findings, thorough=True)
            still = {d: why for d, why in findings.wrong.items() if findings.revisions[d] == before.get(d)}
            wrong |= still
            findings.wrong = {d: why for d, why in findings.wrong.items() if d not in still}
            if not findings.wrong:
                break
        findings.wrong = wrong

    def look(self, target: Target, documents: Sequence[str], after: str, last: str | None) -> Findings:
        """Compare these documents, and seek rows of other ones that are greater than `after` and at most `last`.

        `documents` are all of the tenant in that range. Those that the record says are still to be applied are passed
        over: their turn comes by themselves. Repairs nothing.
        """
        findings = Findings()
        self._compare(target, documents, findings, only_settled=True)
        coming = frozenset(documents) - findings.passages.keys()
        self._judge_keys(self._sync.vectors.scan_keys(target.collection, after, last), findings, coming)
        return findings

    def look_again(self, target: Target, findings: Findings) -> Findings:
        """Return what of these findings is still so."""
        still = Findings()
        for page in pages(list(findings.wrong), self._page):
            self._compare(target, page, still, thorough=True)
        still.foreign = list(self._sync.vectors.get(target.collection, findings.foreign))
        return still

    def repair(self, target: Target, findings: Findings, budget_s: float = float("inf")) -> None:
        """Remove what belongs to no document, and make the wrong documents anew, those alone."""
        now, documents = self._clock(), self._sync.documents
        self._applying.remove(target, findings.foreign)
        gone = [d for d in findings.wrong if not findings.passages[d]]
        wrong = [d for d in findings.wrong if findings.passages[d]]
        self._applying.fence.check()
        if gone:
            documents.doubt(target.tenant, target.collection, gone, now)
        if wrong:
            documents.void(target.tenant, target.collection, wrong, now)
        if findings.wrong:
            self._applying.advance(target, budget_s)

    def _compare(
        self,
        target: Target,
        page: Sequence[str],
        findings: Findings,
        thorough: bool = False,
        only_settled: bool = False,
    ) -> None:
        """Read the page's rows and the key after each document's last, or whatever else the collection has of it."""
        self._sync.yield_point()
        documents = self._sync.read(target, page)
        recorded = self._sync.documents.records.of(target.tenant, target.collection, list(documents))
        if only_settled:
            documents = {name: d for name, d in documents.items() if settled(d, recorded.get(name))}
        keys = {d.document: keys_of(d) for d in documents.values()}
        for document, number in self._sync.vectors.keys_of(target.collection, list(keys)) if thorough else ():
            if number > length(documents[document]):
                keys[document].append(primary_key(document, number))
        for some in _of_few_rows(documents.values(), keys):
            rows = self._sync.vectors.rows(target.collection, [key for d in some for key in keys[d.document]])
            for d in some:
                findings.passages[d.document] = length(d)
                if wrong := problem(d, recorded.get(d.document), [rows.get(key) for key in keys[d.document]]):
                    findings.wrong[d.document], findings.revisions[d.document] = wrong, d.revision

    def _judge_keys(self, keys: Iterable[str], findings: Findings, coming: frozenset[str] = frozenset()) -> None:
        """Note the keys that belong to no document, or are past a document's end; not those of `coming` documents."""
        for key in keys:
            document, _, number = key.rpartition("#")
            if document in coming:
                continue
            if document not in findings.passages or not _is_number(number):
                findings.foreign.append(key)
            elif int(number) >= findings.passages[document]:
                findings.wrong[document] = "surplus"


_LOOKS = 5
"""At most, at a document that changes between every two of them."""

_ROWS_AT_ONCE = 1_000
"""Rows held in memory while they are compared; one document may have more."""


def _of_few_rows(documents: Iterable[Document], keys: dict[str, list[str]]) -> Iterator[list[Document]]:
    """Yield the documents in groups that have about `_ROWS_AT_ONCE` rows."""
    some, rows = list[Document](), 0
    for d in documents:
        some.append(d)
        rows += len(keys[d.document])
        if rows >= _ROWS_AT_ONCE:
            yield some
            some, rows = [], 0
    if some:
        yield some


def pages(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the items in order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _is_number(text: str) -> bool:
    """Tell a passage's number as `primary_key` writes it."""
    return text.isdecimal() and text == str(int(text))
