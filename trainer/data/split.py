"""What teaches and what judges: held-out queries whose words and documents no training example has seen. Pure.

1. A query is what people typed before a click or a citation click; its relevance is the weight of what they opened.
2. Queries are joined when they are nearly the same, or when their strongest documents are the same (or nearly so).
   Only the strongest document joins: a single mistaken click would otherwise chain unrelated queries into one giant.
3. Whole groups are held out, the newest first, each with an even chance, so that the newest subjects are on both
   sides; the oldest groups give the guard: what people have long asked must not become worse.
4. Whatever touches the held-out side is purged from training: examples with a held-out document (as document, as
   anchor, or as a near copy) and examples whose anchor is nearly a held-out query. The purge makes the split sound,
   whatever the groups.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from retrieval.text import normalized, subject
from trainer.data.examples import CLICK_KINDS, Example
from trainer.data.near_copies import components, near_pairs


class SplitRules(BaseModel):
    """How much is held out, and what counts as the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    test_share: float = Field(default=0.3, gt=0, lt=1, description="share of the queries that judge; the rest teach")
    max_test: int = Field(
        default=400, ge=1, description="queries; more would only cost time, the interval is narrow by then"
    )
    guard_share: float = Field(
        default=0.25, ge=0, le=1, description="share of the test queries that come from the oldest subjects"
    )
    validation_share: float = Field(
        default=0.06, ge=0, lt=1, description="share of the queries that choose the best checkpoint"
    )
    max_validation: int = Field(default=60, ge=0, description="queries; they are ranked several times during training")
    max_group_share: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="share of the queries; a larger group would make one subject decide, so it only teaches",
    )
    query_similarity: float = Field(
        default=0.75, gt=0, le=1, description="Jaccard of subject words from which queries are the same"
    )
    document_similarity: float = Field(
        default=0.8, gt=0, le=1, description="Jaccard of 4-word runs from which documents are copies"
    )


@dataclass(frozen=True, slots=True)
class Query:
    """A held-out query: its relevant documents with grades in (0, 1], its group, and whether it is on guard."""

    text: str
    relevant: Mapping[str, float]
    group: int
    guard: bool
    clicks: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Split:
    """The sides. `sides` names, for each example in order, train, validation, test or unused (purged)."""

    train: tuple[Example, ...]
    validation: tuple[Query, ...]
    test: tuple[Query, ...]
    sides: tuple[str, ...]
    held_out_documents: frozenset[str]


def split(examples: Sequence[Example], copies: Mapping[str, int], rules: SplitRules) -> Split:
    """Return the sides; the same examples and documents give the same split, in whatever order they come.

    `copies` gives for every document the number of its group of near copies (`trainer.data.near_copies`).
    """
    queries = _queries(examples, copies, rules)
    test, validation = _choose(queries, rules)
    held_out = {document for query in (*test, *validation) for document in query.relevant}
    blocked = {copies[document] for document in held_out}
    unseen = frozenset(document for document, group in copies.items() if group in blocked)
    alike = _near_anchors(examples, [query.text for query in (*test, *validation)], rules.query_similarity)
    of_query = {normalized(query.text): side for side, part in _named(test, validation) for query in part}
    sides = tuple(_side(example, n in alike, unseen, of_query) for n, example in enumerate(examples))
    return Split(
        train=tuple(example for example, side in zip(examples, sides, strict=True) if side == "train"),
        validation=tuple(validation),
        test=tuple(test),
        sides=sides,
        held_out_documents=unseen,
    )


def _queries(examples: Sequence[Example], copies: Mapping[str, int], rules: SplitRules) -> list[Query]:
    """Return every query that people typed, with relevance and group, ordered by text."""
    typed: dict[str, list[Example]] = {}
    for example in examples:
        if not CLICK_KINDS.isdisjoint(example.kinds):
            typed.setdefault(normalized(example.anchor), []).append(example)
    texts = sorted(typed)
    subjects = [subject(text) for text in texts]
    strongest = [min(typed[text], key=lambda example: (-example.weight, example.document)) for text in texts]
    seen: dict[int, int] = {}
    same_document = [(n, seen.setdefault(copies[best.document], n)) for n, best in enumerate(strongest)]
    labels = components(len(texts), [*near_pairs(subjects, subjects, rules.query_similarity), *same_document])
    return [
        Query(
            text=strongest[n].anchor,
            relevant={e.document: round(e.weight / strongest[n].weight, 6) for e in _by_document(typed[text])},
            group=labels[n],
            guard=False,
            clicks=sum(len(e.pairs) for e in typed[text]),
            last_at=max(e.last_at for e in typed[text]),
        )
        for n, text in enumerate(texts)
    ]


def _choose(queries: Sequence[Query], rules: SplitRules) -> tuple[list[Query], list[Query]]:
    """Hold out whole groups: the newest for the test, the oldest for its guard, any for validation."""
    by_group: dict[int, list[Query]] = {}
    for query in queries:
        by_group.setdefault(query.group, []).append(query)
    largest = max(1, ceil(len(queries) * rules.max_group_share))
    candidates = [group for group in by_group.values() if len(group) <= largest]
    newest = sorted(candidates, key=lambda group: (-_mean_time(group), group[0].text))
    wanted = min(rules.max_test, round(len(queries) * rules.test_share))
    on_guard = round(wanted * rules.guard_share)
    taken: set[int] = set()
    recent = _take(newest, wanted - on_guard, taken, "test")
    guard = _take(newest[::-1], on_guard, taken, "guard")
    anywhere = sorted(candidates, key=lambda group: _hash(group[0].text))
    checks = _take(
        anywhere, min(rules.max_validation, round(len(queries) * rules.validation_share)), taken, "validation"
    )
    return [*recent, *(_on_guard(query) for query in guard)], checks


def _take(ordered: Sequence[list[Query]], wanted: int, taken: set[int], purpose: str) -> list[Query]:
    """Take groups in order until enough queries are there, passing over every other one by a coin that is its hash."""
    chosen: list[Query] = []
    for group in ordered:
        free = group[0].group not in taken and len(chosen) + len(group) <= wanted
        if free and _hash(purpose + group[0].text)[0] % 2 == 0:
            taken.add(group[0].group)
            chosen.extend(group)
    return chosen


def _side(example: Example, alike: bool, unseen: frozenset[str], of_query: Mapping[str, str]) -> str:
    if not alike and example.document not in unseen and unseen.isdisjoint(example.anchor_documents):
        return "train"
    return of_query.get(normalized(example.anchor), "unused") if not CLICK_KINDS.isdisjoint(example.kinds) else "unused"


def _near_anchors(examples: Sequence[Example], held_out: Sequence[str], threshold: float) -> set[int]:
    anchors = [subject(example.anchor) for example in examples]
    return {n for n, _ in near_pairs(anchors, [subject(text) for text in held_out], threshold)}


def _named(test: Sequence[Query], validation: Sequence[Query]) -> Iterable[tuple[str, Sequence[Query]]]:
    return (("test", test), ("validation", validation))


def _by_document(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda example: (-example.weight, example.document))


def _on_guard(query: Query) -> Query:
    return Query(query.text, query.relevant, query.group, True, query.clicks, query.last_at)


def _mean_time(group: Sequence[Query]) -> float:
    return sum(query.last_at.timestamp() for query in group) / len(group)


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
