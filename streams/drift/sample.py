"""A window's sample as arrays, and several windows stacked into the two sides of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from streams.drift.behaviour import SHARES, Behaviour, Counts, Search, count
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder, Vectors
from streams.drift.permutation import Flags, Indices, Numbers
from streams.drift.vocabulary import words


@dataclass(frozen=True, slots=True)
class Changed:
    """An opened document: how often it was opened in the window, and whether its text changed there first."""

    document: str
    openings: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One window of one tenant under one model.

    `people` are the clusters. `query_*`, `vectors` and `fit` have one entry a distinct (person, query): the person's
    index, the words, the vector in the reference encoder's space, the best cosine to a shown title (NaN without one).
    """

    start: datetime
    people: tuple[str, ...]
    query_person: Indices
    query_words: tuple[frozenset[str], ...]
    vectors: Vectors
    fit: Numbers
    behaviour: Behaviour
    documents: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Reference windows and the judged window, person-windows as clusters. `person` numbers people across windows."""

    in_window: Flags
    person: Indices
    query_cluster: Indices
    query_words: tuple[frozenset[str], ...]
    vectors: Vectors
    fit: Numbers
    counts: dict[str, Counts]
    rank_cluster: Indices
    reciprocal_rank: Numbers
    openings: Numbers
    changed: Numbers
    document_in_window: Flags


def sample(
    start: datetime,
    searches: Sequence[Search],
    titles: dict[str, str],
    documents: Sequence[Changed],
    encoder: ReferenceEncoder,
    config: DriftConfig,
) -> Sample:
    """Return the sample of one window. A query that one person repeats counts once as text, each time as behaviour."""
    people = tuple(sorted({search.person for search in searches}))
    number = {person: i for i, person in enumerate(people)}
    distinct = list({(s.person, " ".join(s.query.lower().split())): s for s in reversed(searches)}.values())
    vectors = encoder.encode([search.query for search in distinct])
    return Sample(
        start=start,
        people=people,
        query_person=np.array([number[search.person] for search in distinct], dtype=np.int64),
        query_words=tuple(words(search.query) for search in distinct),
        vectors=vectors,
        fit=_fit(distinct, vectors, titles, encoder, config.shown_for_fit),
        behaviour=count(searches, people, config),
        documents=tuple(documents),
    )


def stack(reference: Sequence[Sample], window: Sample) -> Stack:
    """Return the samples side by side; at least one reference sample is needed."""
    samples = [*reference, window]
    sizes = [len(s.people) for s in samples]
    offsets = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    number: dict[str, int] = {}
    cells = [cell for s in samples for cell in s.documents]
    opened_before = sum(len(s.documents) for s in reference)
    return Stack(
        in_window=np.arange(sum(sizes)) >= offsets[-1],
        person=np.array([number.setdefault(p, len(number)) for s in samples for p in s.people], dtype=np.int64),
        query_cluster=_shifted([s.query_person for s in samples], offsets),
        query_words=tuple(w for s in samples for w in s.query_words),
        vectors=np.concatenate([s.vectors for s in samples]),
        fit=np.concatenate([s.fit for s in samples]),
        counts={signal: _counts(signal, samples) for signal in SHARES},
        rank_cluster=_shifted([s.behaviour.rank_person for s in samples], offsets),
        reciprocal_rank=np.concatenate([s.behaviour.reciprocal_rank for s in samples]),
        openings=np.array([cell.openings for cell in cells], dtype=np.float64),
        changed=np.array([cell.openings * cell.changed for cell in cells], dtype=np.float64),
        document_in_window=np.arange(len(cells)) >= opened_before,
    )


def _shifted(parts: Sequence[Indices], offsets: Indices) -> Indices:
    return np.concatenate([part + offset for part, offset in zip(parts, offsets, strict=True)])


def _counts(signal: str, samples: Sequence[Sample]) -> Counts:
    return Counts(
        np.concatenate([s.behaviour.counts[signal].hits for s in samples]),
        np.concatenate([s.behaviour.counts[signal].cases for s in samples]),
    )


def _fit(
    searches: Sequence[Search], vectors: Vectors, titles: dict[str, str], encoder: ReferenceEncoder, shown: int
) -> Numbers:
    """Return each query's best cosine to the titles of its first `shown` results, NaN where none has a title."""
    names = sorted({d for s in searches for d in s.best_shown[:shown] if titles.get(d, "").strip()})
    row = {document: i for i, document in enumerate(names)}
    title_vectors = encoder.encode([titles[document] for document in names])
    fit = np.full(len(searches), np.nan)
    for i, search in enumerate(searches):
        rows = [row[document] for document in search.best_shown[:shown] if document in row]
        if rows:
            fit[i] = float(np.max(title_vectors[rows] @ vectors[i]))
    return fit
