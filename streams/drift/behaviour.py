"""What people did with the answers, counted person by person.

Definitions, each a share of hits among cases (a case is one search unless said otherwise):

- click_through: opened among shown results (cases: shown results of list searches).
- zero_click: list searches after which nothing shown was opened.
- click_rank: reciprocal rank of the best opened result, for list searches with an opening (a rank statistic).
- reformulation: searches without a satisfying opening that the same person put in other, similar words soon after
  (Huang & Efthimiadis 2009; Hassan et al. 2013, "Beyond clicks"). Similar: half the words of the shorter query.
- session_satisfaction: search sessions (gaps below `session_gap_s`) with a satisfying opening. Satisfying is an opening
  of at least `satisfied_dwell_s`, or of unknown length (Fox et al. 2005), or an opened citation.
- citation_click: assistant's answers of which a citation was opened.
- negative_reaction: the noes among all yeses and noes to answers that were not withdrawn.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import numpy as np

from streams.drift.config import DriftConfig
from streams.drift.permutation import Indices, Numbers
from streams.drift.vocabulary import words
from streams.pairs.reaction import strength


@dataclass(frozen=True, slots=True)
class Opening:
    """A shown result that was opened; `dwell_s` is -1 when unknown."""

    document: str
    rank: int
    dwell_s: float


@dataclass(frozen=True, slots=True)
class Search:
    """One search (or question to the assistant) with all that its person did with the answer inside the window."""

    person: str
    query: str
    at: datetime
    assistant: bool = False
    shown: int = 0
    best_shown: tuple[str, ...] = ()
    opened: tuple[Opening, ...] = ()
    cited: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits and cases of one share, by person: both of shape (people,)."""

    hits: Numbers
    cases: Numbers


@dataclass(frozen=True, slots=True)
class Behaviour:
    """All counts of one window. `rank_person` and `reciprocal_rank` have one entry a search with an opening."""

    counts: dict[str, Counts] = field(default_factory=dict)
    rank_person: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    reciprocal_rank: Numbers = field(default_factory=lambda: np.zeros(0))


BETTER_WHEN_HIGH = frozenset(("click_through", "session_satisfaction", "citation_click"))
"""Shares whose fall is the harm; of all others the rise is."""
SHARES = (
    "click_through", "zero_click", "reformulation", "session_satisfaction", "citation_click", "negative_reaction",
)  # fmt: skip


def count(searches: Iterable[Search], people: Sequence[str], config: DriftConfig) -> Behaviour:
    """Return the behaviour of `people` (distinct; every search's person is among them) in one window."""
    number = {person: i for i, person in enumerate(people)}
    tallies = {signal: np.zeros((2, len(people))) for signal in SHARES}
    by_person: dict[str, list[Search]] = defaultdict(list)
    rank_person: list[int] = []
    reciprocal: list[float] = []
    for search in searches:
        by_person[search.person].append(search)
        if search.opened and not search.assistant:
            rank_person.append(number[search.person])
            reciprocal.append(1.0 / min(opening.rank for opening in search.opened))
    for person, own in by_person.items():
        for signal, hits, cases in _of_person(sorted(own, key=lambda s: s.at), config):
            tallies[signal][:, number[person]] += hits, cases
    return Behaviour(
        {signal: Counts(tally[0], tally[1]) for signal, tally in tallies.items()},
        np.array(rank_person, dtype=np.int64),
        np.array(reciprocal),
    )


def satisfied(search: Search, config: DriftConfig) -> bool:
    """Tell whether the search led to an opening that counts as an answer."""
    return bool(search.cited) or any(o.dwell_s < 0 or o.dwell_s >= config.satisfied_dwell_s for o in search.opened)


def is_reformulation(first: Search, second: Search, config: DriftConfig) -> bool:
    """Tell whether `second` (later, same person) says the need of the unsatisfied `first` in other, similar words."""
    if satisfied(first, config) or (second.at - first.at).total_seconds() > config.reformulation_s:
        return False
    before, after = words(first.query), words(second.query)
    return before != after and len(before & after) * 2 >= max(1, min(len(before), len(after)))


def sessions(searches: Sequence[Search], config: DriftConfig) -> list[list[Search]]:
    """Split one person's searches, in order of time, where the next one is `session_gap_s` or more away."""
    found: list[list[Search]] = []
    for search in searches:
        if found and (search.at - found[-1][-1].at).total_seconds() < config.session_gap_s:
            found[-1].append(search)
        else:
            found.append([search])
    return found


def _of_person(searches: Sequence[Search], config: DriftConfig) -> Iterable[tuple[str, int, int]]:
    lists = [search for search in searches if not search.assistant and search.shown]
    answers = [search for search in searches if search.assistant]
    yield "click_through", sum(len({o.document for o in s.opened}) for s in lists), sum(s.shown for s in lists)
    yield "zero_click", sum(not s.opened for s in lists), len(lists)
    yield "reformulation", sum(is_reformulation(a, b, config) for a, b in pairwise(searches)), len(searches)
    sittings = sessions(searches, config)
    yield "session_satisfaction", sum(any(satisfied(s, config) for s in own) for own in sittings), len(sittings)
    yield "citation_click", sum(bool(s.cited) for s in answers), len(answers)
    votes = [strength(reaction, config.reactions) for search in searches for reaction in search.reactions]
    yield "negative_reaction", sum(vote < 0 for vote in votes), sum(vote != 0 for vote in votes)
