"""Hard negatives: documents that the live model takes for answers and that are none. Pure.

A document qualifies for an example when its score stays below a share of the positive's score (percent-of-positive
margin: Moreira et al., "NV-Retriever", 2024, where 95 % did best), because what scores as high as the positive is often
an answer nobody clicked. It is never a document that could be right for the example: see `never_negative`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from retrieval.text import normalized
from trainer.data.examples import Document, Example

Vectors = npt.NDArray[np.float32]


class MiningRules(BaseModel):
    """What is hard, and how many are wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    margin: float = Field(
        default=0.95, gt=0, le=1, description="share of the positive's score that a negative must stay below"
    )
    per_example: int = Field(default=8, ge=0, description="negatives listed for an example, hardest first")
    look_at: int = Field(default=60, ge=1, description="nearest documents examined for an example; the rest are easy")


_HUB = 200
"""Links from which a page is a hub: a table of contents, or the page that all others name at their foot."""


@dataclass(frozen=True, slots=True)
class Mined:
    """For each example: the hard negatives, hardest first, and every document that must not be a negative of it."""

    negatives: tuple[tuple[str, ...], ...]
    never: tuple[frozenset[str], ...]


def mine(
    examples: Sequence[Example],
    anchors: Vectors,
    names: Sequence[str],
    vectors: Vectors,
    never: Sequence[frozenset[str]],
    rejected: frozenset[tuple[str, str]],
    held_out: frozenset[str],
    rules: MiningRules,
    chunk: int = 1_024,
) -> Mined:
    """Return the negatives of each example.

    `anchors` has shape (examples, d) and `vectors` (documents, d), unit rows of the live model; `names` are the
    documents' ids. What people rejected for an anchor comes first, whatever its score. `held_out` documents are left
    out: training must not see them in any role.
    """
    number = {name: n for n, name in enumerate(names)}
    refused: dict[str, list[str]] = defaultdict(list)
    for anchor, document in sorted(rejected):
        refused[anchor].append(document)
    found: list[tuple[str, ...]] = []
    for start in range(0, len(examples), chunk):
        scores = anchors[start : start + chunk] @ vectors.T
        nearest = _best(scores, rules.look_at)
        for row, example in enumerate(examples[start : start + chunk]):
            positive = number.get(example.document)
            ceiling = 0.0 if positive is None else rules.margin * max(0.0, float(scores[row, positive]))
            hard = [names[n] for n in nearest[row] if scores[row, n] < ceiling]
            listed = dict.fromkeys((*refused[normalized(example.anchor)], *hard))
            allowed = [name for name in listed if _may(name, number, never[start + row], held_out)]
            found.append(tuple(allowed[: rules.per_example]))
    return Mined(tuple(found), tuple(never))


def never_negative(
    examples: Sequence[Example],
    everything: Iterable[tuple[str, str]],
    documents: Mapping[str, Document],
    copies: Mapping[str, int],
    nearby: Mapping[str, Sequence[str]],
) -> list[frozenset[str]]:
    """Return for each example the documents that are no negatives of it.

    These are: every document that anybody found by the same anchor (`everything` has the fainter labels too, as
    normalized anchor and document), their near copies, what is linked with the positive in either direction, and what
    the same person opened around then. Links to what very many pages link to, and of pages that link to very many, say
    nothing.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for anchor, document in everything:
        known[anchor].add(document)
    of_copy: dict[int, set[str]] = defaultdict(set)
    for name, group in copies.items():
        of_copy[group].add(name)
    linking: dict[str, set[str]] = defaultdict(set)
    for source in documents.values():
        for target in source.links:
            linking[target].add(source.document)
    result = []
    for example in examples:
        positives = known[normalized(example.anchor)] | {example.document} | example.anchor_documents
        alike = {twin for name in positives if name in copies for twin in of_copy[copies[name]]}
        sides: tuple[Collection[str], ...] = (
            linking.get(example.document, frozenset()),
            documents[example.document].links,
        )
        linked = {name for side in sides if len(side) <= _HUB for name in side}
        opened = {name for event in example.event_ids for name in nearby.get(event, ())}
        result.append(frozenset(positives | alike | linked | opened))
    return result


def _best(scores: Vectors, k: int) -> npt.NDArray[np.int64]:
    """Return the columns of the k highest scores of each row, highest first; equal scores by column."""
    k = min(k, scores.shape[1])
    top = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.asarray(np.take_along_axis(top, order, axis=1), dtype=np.int64)


def _may(name: str, known: Mapping[str, int], never: frozenset[str], held_out: frozenset[str]) -> bool:
    return name in known and name not in never and name not in held_out
