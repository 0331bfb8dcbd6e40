"""Which documents get synthetic queries, and which of these queries teach. Pure.

Only documents that may teach get any: no held-out one, and so no near copy of one. The most opened come first, of near
copies one, and none that a click teaches already. A query is left out when it is, or nearly is, one that people typed
or judged, on whichever side: their own say counts, and nothing that judges may be taught. What is left weighs little
and comes after everything else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from retrieval.text import normalized, visible, words
from trainer.data.examples import CLICK_KINDS, CleaningRules, Document, Example
from trainer.data.hold_out import TESTED, HoldOut
from trainer.data.near_copies import near_queries
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split

KIND = "synthetic"
"""The kind of an example that nobody's signal is behind."""

LONGEST_QUERY, _MOST_WORDS = 120, 20
"""Characters and words of a query."""

NEAR_PEOPLES = "nearly what people typed"
SEVERAL = "made of several documents"
NO_QUERY = "no query"


class Proposed(NamedTuple):
    """A query that a generator made of a document, and the text that is to be found by it."""

    query: str
    text: str


class SyntheticRules(BaseModel):
    """When queries are made of documents, how many, and what they count."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    generator: Literal["none", "extractive", "endpoint"] = Field(
        default="extractive",
        description="extractive: of the document's own words; endpoint: by the language model of training.chat; none",
    )
    few: int = Field(
        default=500, ge=0, description="clicked training examples from which on no query is made: people say it better"
    )
    max_documents: int = Field(
        default=300, ge=1, le=10_000, description="documents that get queries, most opened first"
    )
    per_document: int = Field(default=4, ge=1, le=8, description="queries of one document: four patterns")
    per_click: float = Field(
        default=6.0,
        gt=0,
        le=100,
        description="synthetic examples for each clicked one, at most: as far as was measured",
    )
    weight: float = Field(default=0.2, gt=0, le=1, description="of a synthetic example, where a plain click weighs 1")
    max_calls: int = Field(default=400, ge=0, le=100_000, description="requests to the endpoint in one run")
    budget_tokens: int = Field(
        default=400_000, ge=0, le=1_000_000_000, description="tokens of one run, questions and answers: bounds its cost"
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """The examples, and how many proposed queries were left out, by cause."""

    examples: tuple[Example, ...]
    left_out: Mapping[str, int]


def teachable(snapshot: Snapshot, split: Split, copies: Mapping[str, int]) -> list[Document]:
    """Return the documents that get queries, in order: see the module. `copies` numbers groups of near copies."""
    clicked = {copies[one.document] for one in split.train if not CLICK_KINDS.isdisjoint(one.kinds)}
    held = {copies[name] for name in split.held_out_documents}
    may = [one for name, one in snapshot.documents.items() if one.searchable and copies[name] not in held | clicked]
    found: dict[int, Document] = {}
    for one in sorted(may, key=lambda one: (-one.opened, -one.authority, one.document)):
        found.setdefault(copies[one.document], one)
    return list(found.values())


def said_by_people(snapshot: Snapshot, split: Split) -> list[str]:
    """Return every query that people typed before an opening, or judged, on whichever side it is."""
    typed = (row.anchor for row in snapshot.rows if row.kind in CLICK_KINDS and row.anchor)
    held = (query.text for query in (*split.test, *split.validation))
    return sorted({*typed, *held, *snapshot.judgments})


def kept(
    proposed: Iterable[tuple[Document, Sequence[Proposed]]],
    people: Sequence[str],
    hold_out: HoldOut,
    likeness: float,
    rules: SyntheticRules,
    cleaning: CleaningRules,
) -> Kept:
    """Return the examples that may teach, in the order in which they were proposed.

    `people` is what people said, `likeness` the similarity from which two queries are the same.
    """
    left_out, found = Counter[str](), list[tuple[Document, Proposed]]()
    for document, queries in proposed:
        usable = dict.fromkeys(Proposed(clean(one.query), one.text) for one in queries)
        good = [one for one in usable if _is_query(one, cleaning)]
        left_out[NO_QUERY] += len(usable) - len(good)
        found += [(document, one) for one in good[: rules.per_document]]
    texts = [one.query for _, one in found]
    near = {n for n, _ in near_queries(texts, people, likeness)}
    near |= hold_out.alike(texts, (TESTED,), likeness)
    same = {normalized(text) for text in people}
    near |= {n for n, text in enumerate(texts) if normalized(text) in same}
    of = Counter(query for query, _ in {(normalized(one.query), document.document) for document, one in found})
    examples = list[Example]()
    for n, (document, one) in enumerate(found):
        if n in near:
            left_out[NEAR_PEOPLES] += 1
        elif of[normalized(one.query)] > 1:
            left_out[SEVERAL] += 1
        else:
            examples.append(_example(document, one, rules))
    return Kept(tuple(examples), {cause: count for cause, count in sorted(left_out.items()) if count})


def clean(query: str) -> str:
    """Return a query as one line of visible characters; what a model or a document puts in is cut to a length."""
    seen = "".join(sign if sign.isprintable() else " " for sign in query[: 4 * LONGEST_QUERY])
    line = " ".join(seen.split()[:_MOST_WORDS])
    return line if len(line) <= LONGEST_QUERY else line[:LONGEST_QUERY].rsplit(" ", 1)[0]


def _is_query(one: Proposed, cleaning: CleaningRules) -> bool:
    if not visible(one.query) or not words(one.query):
        return False
    return len(words(one.text)) >= cleaning.min_words and normalized(one.query) != normalized(one.text)


def _example(document: Document, one: Proposed, rules: SyntheticRules) -> Example:
    return Example(
        anchor=one.query,
        document=document.document,
        text=one.text,
        weight=rules.weight,
        kinds=frozenset({KIND}),
        pairs=(),
        anchor_documents=frozenset(),
        event_ids=frozenset(),
        first_at=document.updated_at,
        last_at=document.updated_at,
    )
