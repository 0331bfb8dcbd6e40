"""From the searches of a window to its sample: each person is a cluster, each signal says what it counts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from retrieval.text import normalized
from streams.drift.behaviour import Search
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder, Vectors
from streams.drift.sample import Changed, Counts, Sample, Values
from streams.drift.signals import SIGNALS
from streams.drift.statistics.permutation import Numbers
from streams.drift.vocabulary import words


def sample(
    start: datetime,
    searches: Sequence[Search],
    titles: Mapping[str, str],
    documents: Sequence[Changed],
    encoder: ReferenceEncoder,
    config: DriftConfig,
) -> Sample:
    """Return the sample of one window. A query that one person repeats counts once as text, each time as behaviour.

    Machines are left out: who asks as often as is looked at, and does nothing with any answer.
    """
    searches = _of_people(searches, config.per_user)
    people = tuple(sorted({search.person for search in searches}))
    number = {person: i for i, person in enumerate(people)}
    distinct = list({(s.person, normalized(s.query)): s for s in reversed(searches)}.values())
    vectors = encoder.encode([search.query for search in distinct])
    return Sample(
        start=start,
        people=people,
        query_person=np.array([number[search.person] for search in distinct], dtype=np.int64),
        query_words=tuple(words(search.query) for search in distinct),
        vectors=vectors,
        fit=_fit(distinct, vectors, titles, encoder, config.shown_for_fit),
        counts=_counts(searches, number, config),
        values=_values(searches, number),
        documents=tuple(documents),
    )


def in_full(moved: float, age: float, look_back: int) -> float:
    """Return how far a text would have moved in `look_back` days, when only `age` of them have passed; 1 at most."""
    return min(1.0, moved * max(1.0, look_back / max(age, 1.0)))


def _of_people(searches: Sequence[Search], limit: int) -> list[Search]:
    asked = Counter(search.person for search in searches)
    acted = {search.person for search in searches if search.opened or search.cited or search.reactions}
    return [search for search in searches if asked[search.person] < limit or search.person in acted]


def _counts(searches: Sequence[Search], number: Mapping[str, int], config: DriftConfig) -> dict[str, Counts]:
    by_person: dict[str, list[Search]] = defaultdict(list)
    for search in sorted(searches, key=lambda s: s.at):
        by_person[search.person].append(search)
    counts = {}
    for signal in SIGNALS:
        if signal.tally is None:
            continue
        tallies = np.zeros((2, len(number)))
        for person, own in by_person.items():
            tallies[:, number[person]] = signal.tally(own, config)
        counts[signal.name] = Counts(tallies[0], tallies[1])
    return counts


def _values(searches: Sequence[Search], number: Mapping[str, int]) -> dict[str, Values]:
    values = {}
    for signal in SIGNALS:
        if signal.value is None:
            continue
        of_searches = [(number[search.person], signal.value(search)) for search in searches]
        known = [(person, value) for person, value in of_searches if value is not None]
        values[signal.name] = Values(
            np.array([person for person, _ in known], dtype=np.int64), np.array([value for _, value in known])
        )
    return values


def _fit(
    searches: Sequence[Search], vectors: Vectors, titles: Mapping[str, str], encoder: ReferenceEncoder, shown: int
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
