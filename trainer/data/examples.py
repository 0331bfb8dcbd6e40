"""Rows of training signals become clean, weighted examples: an anchor text and the document it should find. Pure.

Noisy labels make a model worse: empty and degenerate texts, anchors that lead everywhere, faint labels beside strong
ones, and labels that people contradict are dropped, and every drop is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from retrieval.text import normalized, words

CLICK_KINDS = frozenset({"search_click", "citation_click"})
"""Kinds whose anchor somebody typed and whose document somebody then opened."""

BODY_ONLY = frozenset({"title_body", "conversation"})
"""Kinds whose anchor is the document's own title: left in the positive, it would give the answer away."""


class CleaningRules(BaseModel):
    """What is not worth learning from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    min_words: int = Field(default=3, ge=1, description="words of a positive text; shorter ones say nothing")
    max_documents_per_anchor: int = Field(
        default=10, ge=1, description="documents; an anchor that leads to more ('click here') names none of them"
    )
    min_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="share of the anchor's strongest label; fainter ones are likely mistaken clicks",
    )
    loudest: float = Field(
        default=2.0, gt=0, description="most that one signal counts: a lone deep click must not outweigh two plain ones"
    )
    contradiction: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="share of the positive weight that negative signals may not reach: a disputed label",
    )


@dataclass(frozen=True, slots=True)
class PairRow:
    """One live training signal; `weight` has the population's discounts in it and is negative for a rejection.

    An opening is not `satisfied` when the document was left so soon that it cannot have met the need.
    """

    pair: str
    kind: str
    anchor: str
    anchor_document: str
    document: str
    weight: float
    event_ids: tuple[str, ...]
    occurred_at: datetime
    satisfied: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A current document. `links` are the documents that it names; `opened` counts how often people opened it;
    `authority`, in [0, 1], is what the index ranks it with.

    Chat messages are not `searchable`: what people think of them teaches, but searches find conversations. What is not
    `for_everyone` teaches and is judged like any other, and is named in no report. `clicked` are the queries that
    several people clicked after. `app` is the source that it comes from.
    """

    document: str
    version: int
    title: str
    body: str
    content_hash: str
    links: frozenset[str]
    opened: int
    updated_at: datetime
    searchable: bool = True
    for_everyone: bool = False
    authority: float = 0.0
    clicked: tuple[str, ...] = ()
    app: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn: `anchor` should find `document`, whose words are `text`. `pairs` is where it comes from."""

    anchor: str
    document: str
    text: str
    weight: float
    kinds: frozenset[str]
    pairs: tuple[str, ...]
    anchor_documents: frozenset[str]
    event_ids: frozenset[str]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Examples:
    """What came out: examples in a fixed order, and how many signals were dropped for what reason.

    As (normalized anchor, document): `rejected` by people, and `known`, every other label that anybody ever gave.
    """

    kept: tuple[Example, ...]
    rejected: frozenset[tuple[str, str]]
    known: frozenset[tuple[str, str]]
    dropped: Mapping[str, int]


def build(rows: Sequence[PairRow], documents: Mapping[str, Document], rules: CleaningRules) -> Examples:
    """Merge the rows of one (anchor, document) into an example and keep what is worth learning from.

    The result depends on the set of rows alone, not on their order. Weights of merged rows add up.
    """
    dropped: Counter[str] = Counter()
    merged: dict[tuple[str, str], list[tuple[str, PairRow]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.kind, row.pair)):
        anchor = _anchor(row, documents)
        if row.document not in documents:
            dropped["document is gone"] += 1
        elif not any(character.isalnum() for character in anchor):
            dropped["anchor has no words"] += 1
        elif row.anchor_document == row.document and row.kind not in BODY_ONLY:
            dropped["anchor is the document itself"] += 1
        else:
            merged[normalized(anchor), row.document].append((anchor, row))
    rejected, agreed = _settle(merged, rules, dropped)
    kept = [
        example
        for key, weight in _strong(agreed, rules, dropped).items()
        if (example := _example(merged[key], weight, documents[key[1]], rules, dropped))
    ]
    known = frozenset(merged) - rejected
    return Examples(tuple(kept), frozenset(rejected), known, dict(sorted(dropped.items())))


def _anchor(row: PairRow, documents: Mapping[str, Document]) -> str:
    if row.anchor or row.anchor_document not in documents:
        return " ".join(row.anchor.split())
    return " ".join(documents[row.anchor_document].title.split())


def _settle(
    merged: Mapping[tuple[str, str], list[tuple[str, PairRow]]], rules: CleaningRules, dropped: Counter[str]
) -> tuple[set[tuple[str, str]], dict[tuple[str, str], float]]:
    """Weigh approval against rejection: agreed labels with their weight, rejected ones, and disputed ones dropped."""
    rejected, agreed = set(), {}
    for key, signals in sorted(merged.items()):
        heard = [max(-rules.loudest, min(rules.loudest, row.weight)) for _, row in signals]
        approval = sum(weight for weight in heard if weight > 0)
        rejection = -sum(weight for weight in heard if weight < 0)
        if rejection > approval:
            rejected.add(key)
        elif rejection > rules.contradiction * approval or approval == 0:
            dropped["people contradict each other"] += len(signals)
        else:
            agreed[key] = approval - rejection
    return rejected, agreed


def _strong(
    agreed: Mapping[tuple[str, str], float], rules: CleaningRules, dropped: Counter[str]
) -> dict[tuple[str, str], float]:
    """Leave out anchors that lead everywhere, and labels that are faint beside their anchor's strongest."""
    by_anchor: dict[str, list[float]] = defaultdict(list)
    for (anchor, _), weight in agreed.items():
        by_anchor[anchor].append(weight)
    strong = {}
    for (anchor, document), weight in agreed.items():
        weights = by_anchor[anchor]
        if weight < rules.min_share * max(weights):
            dropped["faint beside a stronger label"] += 1
        elif sum(w >= rules.min_share * max(weights) for w in weights) > rules.max_documents_per_anchor:
            dropped["anchor leads to too many documents"] += 1
        else:
            strong[anchor, document] = weight
    return strong


def _example(
    signals: Sequence[tuple[str, PairRow]],
    weight: float,
    document: Document,
    rules: CleaningRules,
    dropped: Counter[str],
) -> Example | None:
    anchor = max(signals, key=lambda signal: (signal[1].weight, signal[0]))[0]
    kinds = frozenset(row.kind for _, row in signals)
    text = _positive(anchor, kinds, document)
    if len(words(text)) < rules.min_words:
        dropped["document has too few words"] += 1
        return None
    if normalized(text) == normalized(anchor):
        dropped["anchor is the whole text"] += 1
        return None
    return Example(
        anchor=anchor,
        document=document.document,
        text=text,
        weight=round(weight, 6),
        kinds=kinds,
        pairs=tuple(row.pair for _, row in signals),
        anchor_documents=frozenset(row.anchor_document for _, row in signals if row.anchor_document),
        event_ids=frozenset(event for _, row in signals for event in row.event_ids),
        first_at=min(row.occurred_at for _, row in signals),
        last_at=max(row.occurred_at for _, row in signals),
    )


def _positive(anchor: str, kinds: Iterable[str], document: Document) -> str:
    title, body = " ".join(document.title.split()), " ".join(document.body.split())
    if BODY_ONLY.issuperset(kinds) or normalized(anchor) == normalized(title):
        return body
    return f"{title}\n{body}".strip()
