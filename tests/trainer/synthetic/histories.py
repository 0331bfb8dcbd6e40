"""A small history with both sides: documents, clicks, and what a run divides them into."""

from dataclasses import replace

from tests.trainer.build import START, document, example
from trainer.data.examples import Document, Example, PairRow
from trainer.data.hold_out import HoldOut, Key
from trainer.data.near_copies import near_copies
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split, SplitRules, split

WORDS = ("badge", "invoice", "laptop", "lease", "visa", "server", "desk", "parking", "canteen", "travel")
RULES = SplitRules(max_test=10, max_validation=5)
KEY = Key(b"secret")


def page(n: int) -> Document:
    word = WORDS[n % len(WORDS)]
    body = f"The {word} office number{n} grants token{n} permits. Ask clerk{n} about form{n} before noon{n}."
    return replace(document(f"d{n:02}", body, f"{word.title()} guide {n}", opened=n), content_hash=f"h{n}")


def history(pages: int = 60, clicked: int = 30) -> tuple[Snapshot, Split, dict[str, int], HoldOut]:
    """Return a snapshot in which the first `clicked` pages have a query each, and its division."""
    known = {f"d{n:02}": page(n) for n in range(pages)}
    typed = [example(f"where clerk{n} grants {WORDS[n % len(WORDS)]}{n}", f"d{n:02}", day=n) for n in range(clicked)]
    copies = near_copies(known.values(), RULES.document_similarity)
    hold_out = HoldOut.over(KEY, known.values())
    snapshot = Snapshot("acme", "run-1", "base", START, tuple(map(row, typed)), known, {})
    return snapshot, split(typed, copies, RULES, hold_out), copies, hold_out


def row(one: Example) -> PairRow:
    return PairRow(one.pairs[0], "search_click", one.anchor, "", one.document, 1.0, (), one.last_at)
