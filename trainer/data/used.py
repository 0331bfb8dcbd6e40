"""What a run uses in which role, for the memory of the hold-out; and the proof that nothing has two roles. Pure.

The proof is apart from the split: it looks at what is really learned and judged, and at the memory, and knows nothing
of how sides were chosen.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from retrieval.text import normalized
from stores.errors import Refused
from trainer.data.examples import Example
from trainer.data.hold_out import CHOSE, TAUGHT, TESTED, HoldOut, Used
from trainer.data.near_copies import near_queries
from trainer.data.split import Query, Split


class JudgedBy(NamedTuple):
    """The documents by which test and validation queries are judged (`trainer.judging.exposure.deciding`)."""

    test: frozenset[str]
    validation: frozenset[str]

    @classmethod
    def relevant(cls, split: Split) -> "JudgedBy":
        """Return the relevant documents alone: where no labels are known, they decide."""
        return cls(*(frozenset(n for q in side for n in q.relevant) for side in (split.test, split.validation)))


def used_by(
    split: Split, copies: Mapping[str, int], hold_out: HoldOut, judged_by: JudgedBy, more: Sequence[str] = ()
) -> dict[str, Used]:
    """Return what the run uses, by role: documents with their near copies, and queries.

    `more` are texts that teach beside the examples of the split. All documents that may teach count as taught, whether
    an example names them or not: they are read as negatives and as plain text.
    """
    taught = [name for name in copies if name not in split.held_out_documents]
    return {
        TAUGHT: _used(taught, [*(example.anchor for example in split.train), *more], hold_out),
        CHOSE: _used(_with_copies(judged_by.validation, copies), [query.text for query in split.validation], hold_out),
        TESTED: _used(_with_copies(judged_by.test, copies), [query.text for query in split.test], hold_out),
    }


def _used(documents: Iterable[str], texts: Iterable[str], hold_out: HoldOut) -> Used:
    items = frozenset[str]().union(*(hold_out.items[name].all for name in documents))
    return Used(items, {hold_out.key.query(text): hold_out.key.words(text) for text in texts})


def _with_copies(documents: Iterable[str], copies: Mapping[str, int]) -> list[str]:
    groups = {copies[name] for name in documents}
    return [name for name, group in copies.items() if group in groups]


def check_apart(
    lessons: Sequence[Example],
    judging: Sequence[Query],
    judged_by: JudgedBy,
    copies: Mapping[str, int],
    hold_out: HoldOut,
    likeness: float,
) -> None:
    """Raise `Refused`, with what overlaps, unless nothing that teaches tests, in this run or in any remembered one.

    `lessons` are what is learned, `judging` the test queries, `judged_by` what decides of them; `likeness` is the
    similarity from which two queries are the same.
    """
    teaching = {name for lesson in lessons for name in (lesson.document, *lesson.anchor_documents) if name in copies}
    tested = judged_by.test
    anchors, asked = [lesson.anchor for lesson in lessons], [query.text for query in judging]
    shared = {copies[name] for name in teaching} & {copies[name] for name in tested}
    near, before = _near(anchors, asked, likeness), hold_out.alike(anchors, (TESTED,), likeness)
    after = hold_out.alike(asked, (TAUGHT, CHOSE), likeness)
    overlaps = (
        ("documents that test in this run, or near copies of them, would also teach in it", len(shared)),
        ("queries that test in this run, or nearly the same ones, would also teach in it", near),
        ("documents that an earlier run tested would teach", _count(teaching, {TESTED}, hold_out)),
        ("queries that an earlier run tested would teach", len(before)),
        ("documents that an earlier run taught or chose by would test", _count(tested, {TAUGHT, CHOSE}, hold_out)),
        ("queries that an earlier run taught or chose by would test", len(after)),
    )
    if found := [f"{count} {what}" for what, count in overlaps if count]:
        raise Refused(f"what teaches and what tests is not apart, so nothing is learned or judged: {'; '.join(found)}")


def check_synthetic(
    lessons: Sequence[Example], others: Sequence[str], held_out: frozenset[str], likeness: float
) -> None:
    """Raise `Refused` unless what was made of documents, and of no signal, keeps away from all that is held out.

    `held_out` are documents that teach in no role, `others` the queries that choose or guard. Beside `check_apart`,
    which asks of every lesson what tests.
    """
    made = [lesson for lesson in lessons if not lesson.pairs]
    held = sum(lesson.document in held_out for lesson in made)
    near = _near([lesson.anchor for lesson in made], others, likeness)
    overlaps = (("of held-out documents", held), ("nearly queries that choose or guard", near))
    if found := [f"{count} {what}" for what, count in overlaps if count]:
        raise Refused(f"synthetic queries are not apart from what judges, so nothing is learned: {'; '.join(found)}")


def _near(anchors: Sequence[str], asked: Sequence[str], likeness: float) -> int:
    same = {normalized(text) for text in anchors} & {normalized(text) for text in asked}
    return len(same) or len({m for _, m in near_queries(anchors, asked, likeness)})


def _count(names: Iterable[str], roles: set[str], hold_out: HoldOut) -> int:
    return sum(not roles.isdisjoint(hold_out.roles([name])) for name in names)
