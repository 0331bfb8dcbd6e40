"""What teaches and what judges: held-out queries whose words and documents no training example has seen. Pure.

1. A query is what people typed before a click or a citation click; its relevance is the weight of what they opened.
2. Every document has a side for good (`trainer.data.hold_out`): its group of near copies is held out, chooses, or
   teaches. A query is on the side of its strongest document. What has a near copy on the other side, in this run or
   in any before, neither teaches nor judges.
3. Of the queries that are held out the newest judge, so that new subjects do; the oldest are the guard: what people
   have long asked must not become worse. They are drawn and judged in groups: nearly the same words, or the same
   strongest document. Only the strongest joins: a single mistaken click would otherwise chain unrelated queries. A
   test query is judged by those of its documents that are held out; what teaches counts for nobody.
4. Whatever touches the held-out side is kept from training: examples with a document of it (as document, as anchor, or
   as a near copy) and examples whose anchor is nearly a held-out query, of this run or of one before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from retrieval.text import normalized
from trainer.data.examples import CLICK_KINDS, Example
from trainer.data.hold_out import CHOSE, TAUGHT, TEST, TESTED, TRAIN, UNUSED, VALIDATION, HoldOut, Zones, document_sides
from trainer.data.joined import components
from trainer.data.near_copies import near_queries

BOTH_SIDES = "near copies of it are on both sides"
NEAR_TAUGHT = "nearly a query that has taught or chosen"
NEAR_HELD = "nearly a held-out query"
LARGE = "its subject has too many of the queries"
IDLE = "held out, and others judge this time"
OTHER_ANSWER = "an answer of a held-out query that is not held out itself"
HELD_DOCUMENT = "leads to or from a held-out document"


class SplitRules(BaseModel):
    """How much is held out, and what counts as the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    test_share: float = Field(
        default=0.3, gt=0, lt=1, description="share of the documents that are held out for good; most of the rest teach"
    )
    max_test: int = Field(
        default=1_000, ge=1, description="queries; 330 show a gain of 0.05 nDCG@10 every second time, 1,000 one of 0.03"
    )
    guard_share: float = Field(
        default=0.25, ge=0, le=1, description="share of the test queries that come from the oldest subjects"
    )
    validation_share: float = Field(
        default=0.1, ge=0, lt=1, description="share of the documents whose queries choose rung, checkpoint and weights"
    )
    max_validation: int = Field(
        default=120, ge=0, description="queries; 60 tell rungs apart by 0.06 of nDCG@10, and 120 by 0.04"
    )
    reserve: float = Field(
        default=2.0,
        ge=1,
        description="times max_test that are held out at most, so that in a large tenant the newest subjects judge",
    )
    max_group_share: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="share of the queries that one subject may have, so that none decides: a document that more seek "
        "only teaches, and of a larger group of queries the newest judge",
    )
    query_similarity: float = Field(
        default=0.75, gt=0, le=1, description="Jaccard of subject words, slips mended, from which queries are the same"
    )
    document_similarity: float = Field(
        default=0.8, gt=0, le=1, description="Jaccard of 4-word runs from which documents are copies"
    )
    given_up: tuple[str, ...] = Field(
        default=(), max_length=1_000, description="runs whose lost memory is given up: what they taught may test again"
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
    """The sides. `sides` names, for each example in order, train, validation, test or unused; `causes` says why unused.

    `held_out_documents` are all that may teach in no role; of them some may test and others choose.
    """

    train: tuple[Example, ...]
    validation: tuple[Query, ...]
    test: tuple[Query, ...]
    sides: tuple[str, ...]
    held_out_documents: frozenset[str]
    causes: tuple[str, ...] = ()
    test_documents: frozenset[str] = frozenset()
    validation_documents: frozenset[str] = frozenset()

    def unused(self) -> dict[str, int]:
        """Return how many examples neither teach nor judge, by cause, the most frequent first."""
        return dict(Counter(cause for cause in self.causes if cause).most_common())


def split(
    examples: Sequence[Example],
    copies: Mapping[str, int],
    rules: SplitRules,
    hold_out: HoldOut,
    judged: Sequence[str] = (),
) -> Split:
    """Return the sides; the same examples, documents and memory give the same split, in whatever order they come.

    `copies` gives for every document the number of its group of near copies (`trainer.data.near_copies`). `judged` are
    queries that people judged: nothing that is nearly one of them teaches.
    """
    queries = _queries(examples, copies, rules)
    loud = _loud(queries, copies, rules)
    side_of = document_sides(copies, hold_out, zones_for(len(queries), rules), loud)
    large = {name for name, group in copies.items() if group in loud}
    causes = _barred(queries, side_of, large, rules, hold_out)
    free = [query for query in queries if normalized(query.text) not in causes]
    test, validation = _choose(free, side_of, rules)
    held = [query for query in free if side_of[_strongest(query)] == TEST] + validation
    judges = {normalized(query.text): query for query in (*test, *validation)}
    causes |= {
        normalized(query.text): IDLE
        for query in free
        if side_of[_strongest(query)] != TRAIN and normalized(query.text) not in judges
    }
    alike = _near_held(examples, [*(query.text for query in held), *judged], rules, hold_out)
    found = [_side(example, n in alike, side_of, judges, causes) for n, example in enumerate(examples)]
    return Split(
        train=tuple(example for example, (side, _) in zip(examples, found, strict=True) if side == TRAIN),
        validation=tuple(validation),
        test=tuple(test),
        sides=tuple(side for side, _ in found),
        held_out_documents=frozenset(name for name, side in side_of.items() if side != TRAIN),
        causes=tuple(cause for _, cause in found),
        test_documents=frozenset(name for name, side in side_of.items() if side == TEST),
        validation_documents=frozenset(name for name, side in side_of.items() if side == VALIDATION),
    )


def zones_for(queries: int, rules: SplitRules) -> Zones:
    """Return the zones for so many queries: the shares of the rules, and less where fewer queries are enough."""
    most = max(1, queries)
    return Zones(
        min(rules.test_share, rules.reserve * rules.max_test / most),
        min(rules.validation_share, rules.reserve * rules.max_validation / most),
    )


def _barred(
    queries: Sequence[Query], side_of: Mapping[str, str], large: set[str], rules: SplitRules, hold_out: HoldOut
) -> dict[str, str]:
    """Return why queries (normalized) may neither judge nor teach; those that may are left out."""
    texts = [query.text for query in queries]
    known = hold_out.alike(texts, (TAUGHT, CHOSE), rules.query_similarity)
    tested = hold_out.alike(texts, (TESTED,), rules.query_similarity)

    def cause(n: int, query: Query) -> str:
        mine = side_of[_strongest(query)]
        if mine == UNUSED:
            return BOTH_SIDES
        if mine == TEST and n in known:
            return NEAR_TAUGHT
        if mine == VALIDATION and n in tested:
            return NEAR_HELD
        return LARGE if _strongest(query) in large and mine != TRAIN else ""

    return {normalized(query.text): why for n, query in enumerate(queries) if (why := cause(n, query))}


def _loud(queries: Sequence[Query], copies: Mapping[str, int], rules: SplitRules) -> set[int]:
    """Return the groups of near copies that too many of the queries seek."""
    most = _most(queries, rules)
    return {group for group, size in Counter(copies[_strongest(q)] for q in queries).items() if size > most}


def _most(queries: Sequence[Query], rules: SplitRules) -> int:
    return max(1, ceil(len(queries) * rules.max_group_share))


def _strongest(query: Query) -> str:
    """Return the document that decides a query's side: the first, because relevance is in the order of weights."""
    return next(iter(query.relevant))


def _queries(examples: Sequence[Example], copies: Mapping[str, int], rules: SplitRules) -> list[Query]:
    """Return every query that people typed, with relevance and group, ordered by text."""
    typed: dict[str, list[Example]] = {}
    for example in examples:
        if not CLICK_KINDS.isdisjoint(example.kinds):
            typed.setdefault(normalized(example.anchor), []).append(example)
    texts = sorted(typed)
    strongest = [min(typed[text], key=lambda example: (-example.weight, example.document)) for text in texts]
    seen: dict[int, int] = {}
    same_document = [(n, seen.setdefault(copies[best.document], n)) for n, best in enumerate(strongest)]
    labels = components(len(texts), [*near_queries(texts, texts, rules.query_similarity), *same_document])
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


def _choose(queries: Sequence[Query], side_of: Mapping[str, str], rules: SplitRules) -> tuple[list[Query], list[Query]]:
    """Choose groups of what is held out: the newest for the test, the oldest for its guard; and some for validation.

    Of a group with too many of the held-out queries the newest judge. A group that judges chooses nothing: both would
    be nearly the same queries.
    """
    out = [query for query in queries if side_of[_strongest(query)] == TEST]
    held = [group[: _most(out, rules)] for group in _groups(out)]
    newest = sorted(held, key=lambda group: (-_mean_time(group), group[0].text))
    wanted = min(rules.max_test, sum(len(group) for group in held))
    on_guard = round(wanted * rules.guard_share)
    taken: set[int] = set()
    recent = _take(newest, wanted - on_guard, taken)
    guard = _take(newest[::-1], wanted - len(recent), taken)
    taken |= {group[0].group for group in held}
    choosing = _groups([query for query in queries if side_of[_strongest(query)] == VALIDATION])
    checks = _take(sorted(choosing, key=lambda group: _hash(group[0].text)), rules.max_validation, taken)

    def judged(query: Query, side: str, guard: bool = False) -> Query:
        counted = {name: grade for name, grade in query.relevant.items() if side_of[name] == side}
        return Query(query.text, counted, query.group, guard, query.clicks, query.last_at)

    test = [judged(query, TEST) for query in recent] + [judged(query, TEST, guard=True) for query in guard]
    return test, [judged(query, VALIDATION) for query in checks]


def _groups(queries: Sequence[Query]) -> list[list[Query]]:
    by_group: dict[int, list[Query]] = {}
    for query in sorted(queries, key=lambda query: (-query.last_at.timestamp(), query.text)):
        by_group.setdefault(query.group, []).append(query)
    return list(by_group.values())


def _take(ordered: Sequence[list[Query]], wanted: int, taken: set[int]) -> list[Query]:
    """Take groups in order until enough queries are there, passing over what is taken or too large for the rest."""
    chosen: list[Query] = []
    for group in ordered:
        if group[0].group not in taken and len(chosen) + len(group) <= wanted:
            taken.add(group[0].group)
            chosen.extend(group)
    return chosen


def _side(
    example: Example, alike: bool, side_of: Mapping[str, str], judges: Mapping[str, Query], causes: Mapping[str, str]
) -> tuple[str, str]:
    """Return the side of an example, and of an unused one the cause."""
    text = "" if CLICK_KINDS.isdisjoint(example.kinds) else normalized(example.anchor)
    if text in judges:
        counted = example.document in judges[text].relevant
        return (side_of[example.document], "") if counted else (UNUSED, OTHER_ANSWER)
    if text in causes:
        return UNUSED, causes[text]
    touched = {side_of[name] for name in (example.document, *example.anchor_documents) if name in side_of}
    if touched != {TRAIN}:
        return UNUSED, BOTH_SIDES if UNUSED in touched else HELD_DOCUMENT
    return (UNUSED, NEAR_HELD) if alike else (TRAIN, "")


def _near_held(examples: Sequence[Example], held_out: Sequence[str], rules: SplitRules, hold_out: HoldOut) -> set[int]:
    """Return which examples have an anchor that nearly is a held-out query, of this run or of one before."""
    texts = [example.anchor for example in examples]
    near = {n for n, _ in near_queries(texts, held_out, rules.query_similarity)}
    return near | hold_out.alike(texts, (TESTED,), rules.query_similarity)


def _by_document(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda example: (-example.weight, example.document))


def _mean_time(group: Sequence[Query]) -> float:
    return sum(query.last_at.timestamp() for query in group) / len(group)


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
