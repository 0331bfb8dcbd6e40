"""Which examples a run learns, and which documents are their hard negatives. Pure.

What people did comes before what documents say, the newest first, with a sample of the older ones replayed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from trainer.data.examples import CLICK_KINDS, Example, Examples
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.judging.corpus import Vectors
from trainer.judging.questions import Questions
from trainer.learning.job import FitRules
from trainer.learning.mine import Mined, MiningRules, mine, never_negative

OF_ONE = 200
"""Newest lessons whose documents are near copies of each other: no batch holds two of them, so more only cost time."""


def choose(examples: Sequence[Example], copies: Mapping[str, int], rules: FitRules) -> list[Example]:
    """Return at most `max_examples`: what people did before what documents say, newest first, older ones replayed.

    Of each kind of source, `replay_share` of the places goes to a fixed sample of what is older than the newest.
    `copies` numbers the groups of near copies.
    """
    examples = _newest_of_each(examples, copies)
    typed = [example for example in examples if not CLICK_KINDS.isdisjoint(example.kinds)]
    derived = [example for example in examples if CLICK_KINDS.isdisjoint(example.kinds)]
    chosen = _newest_and_replayed(typed, rules.max_examples, rules.replay_share)
    chosen += _newest_and_replayed(derived, rules.max_examples - len(chosen), rules.replay_share)
    return sorted(chosen, key=lambda example: (example.anchor, example.document))


def followed_by(chosen: Sequence[Example], synthetic: Sequence[Example], rules: FitRules) -> list[Example]:
    """Return what was chosen and as many synthetic examples, in their order, as there is room for."""
    room = max(0, rules.max_examples - len(chosen))
    return sorted((*chosen, *synthetic[:room]), key=lambda example: (example.anchor, example.document))


def _newest_of_each(examples: Sequence[Example], copies: Mapping[str, int]) -> list[Example]:
    seen, kept = Counter[int](), list[Example]()
    for example in sorted(examples, key=lambda e: (-e.last_at.timestamp(), e.anchor, e.document)):
        seen[copies[example.document]] += 1
        if seen[copies[example.document]] <= OF_ONE:
            kept.append(example)
    return kept


def _newest_and_replayed(examples: Sequence[Example], room: int, replay_share: float) -> list[Example]:
    ordered = sorted(examples, key=lambda e: (-e.last_at.timestamp(), e.anchor, e.document))
    if len(ordered) <= room:
        return ordered
    replayed = round(room * replay_share)
    newest, older = ordered[: room - replayed], ordered[room - replayed :]
    return newest + sorted(older, key=lambda e: blake2b(f"{e.anchor}\0{e.document}".encode()).digest())[:replayed]


def hard_negatives(
    lessons: Sequence[Example],
    vectors: Vectors,
    asked: Questions,
    snapshot: Snapshot,
    examples: Examples,
    split: Split,
    copies: Mapping[str, int],
    rules: MiningRules,
) -> Mined:
    """Return the lessons' hard negatives among the tenant's documents.

    `vectors` are the live model's, unit rows: of the texts of `asked`, then of the lessons' anchors. A document stands
    by its first passage. `copies` numbers the groups of near copies.
    """
    corpus = asked.corpus
    numbers = corpus.tenants()
    return mine(
        lessons,
        vectors[len(asked.texts) :],
        [corpus.names[n] for n in numbers],
        vectors[corpus.first[numbers]],
        never_negative(lessons, examples.known, snapshot.documents, copies, snapshot.nearby),
        examples.rejected,
        split.held_out_documents,
        rules,
    )
