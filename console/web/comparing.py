"""One query through both models, side by side: which documents are the same, and how far each moved. Pure rules."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.packet import ExampleQuery, Packet, ShownDocument

ROW = 52
"""Height of a result in the pages' style, in pixels: lines between equal documents end at its middle."""


class Line(NamedTuple):
    """From a result on the left to the same document on the right, in pixels from the top; `moved` when it is not
    straight."""

    left: int
    right: int
    moved: bool


class Compared(NamedTuple):
    """A query, both sides, the lines between equal documents, and what happened to each result on the right."""

    query: str
    before: float | None
    after: float | None
    live: Sequence[ShownDocument]
    shadow: Sequence[ShownDocument]
    lines: Sequence[Line]
    marks: Sequence[str]

    @property
    def height(self) -> int:
        """Return the height of the longer side, in pixels."""
        return ROW * max(len(self.live), len(self.shadow))

    @property
    def change(self) -> float | None:
        """Return how much better the right side is, in nDCG; None where nobody clicked."""
        return None if self.before is None or self.after is None else self.after - self.before


def compared(example: ExampleQuery) -> Compared:
    """Return a query as a page shows it."""
    ranks = {shown.document: rank for rank, shown in enumerate(example.live)}
    lines = [
        Line(_middle(ranks[shown.document]), _middle(rank), ranks[shown.document] != rank)
        for rank, shown in enumerate(example.shadow)
        if shown.document in ranks
    ]
    marks = [_mark(ranks.get(shown.document), rank, shown.before) for rank, shown in enumerate(example.shadow)]
    return Compared(example.query, example.ndcg_live, example.ndcg_shadow, example.live, example.shadow, lines, marks)


def worst_first(packet: Packet) -> list[tuple[str, list[Compared]]]:
    """Return a packet's queries under their headings, each once: what is lost stands before what is won."""
    test, held = packet.shadow_test, packet.held_out
    groups = (
        ("Held-out queries: worst losses", held.losses),
        ("Recent queries: worse with the new model", test.worse),
        ("Recent queries: different", [one for one in test.different if one not in (*test.worse, *test.better)]),
        ("Held-out queries: best wins", held.wins),
        ("Recent queries: better with the new model", test.better),
    )
    return [(title, [compared(example) for example in examples]) for title, examples in groups if examples]


def _middle(rank: int) -> int:
    return rank * ROW + ROW // 2


def _mark(shown: int | None, after: int, behind: int | None) -> str:
    """Return what happened to a result: `shown` is its place on the left, `behind` its rank there after what is shown,
    0 for none; neither is known where an older packet does not tell."""
    if shown is None:
        return "not shown before" if behind is None else f"rose from rank {behind}" if behind else "new"
    if shown == after:
        return ""
    return f"up {shown - after}" if shown > after else f"down {after - shown}"
