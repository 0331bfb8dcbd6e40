"""What clicks say of a held-out query, corrected for what people were shown. Pure.

Clicks exist only for what live showed, and more of them at the top. A ranking that is judged by them as they are is
blamed for every document that live did not show, and for every mistaken click on what live put first. So three things
are taken into account:

1. A click weighs as much as its rank is rarely looked at (`streams.pairs.search_click`: inverse propensities). Divided
   by how many people were shown the answer, its expectation does not depend on the rank. Who left the document at once
   was not satisfied (30 seconds: Fox et al., "Evaluating implicit measures to improve web search", 2005); such a click
   says no more than none.
2. Documents that meet no need are read now and then. What the lower ranks get on average is that background. It is
   taken off every document that was shown: so one that nobody opened speaks against itself.
3. Both rankings are compared by the order in which they have the documents that were shown, and no others (condensed
   lists: Sakai, "Alternatives to bpref", 2007). What nobody saw is then neither good nor bad.

The third could hide a candidate that puts rubbish above everything. So the rankings are compared as they are, too, and
where unseen documents cost the candidate more than chance explains, that comparison decides.

Unbiased for queries whose answer was shown, if the assumed propensities are right. What a candidate finds that was
never shown counts for nothing: gains are larger than they are judged.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from statistics import fmean

import numpy as np
import numpy.typing as npt

from retrieval import metrics
from retrieval.text import normalized
from trainer.data.examples import CLICK_KINDS, PairRow
from trainer.data.snapshot import ANSWER_DEPTH, Answer
from trainer.data.split import Query

DEPTH = ANSWER_DEPTH
"""Documents of an answer, and of a ranking, that are looked at."""

_LOWER = 5
"""The ranks behind these are the lower ones: few of their documents are what people seek. What is clipped of their
weights makes the background too small, and gains look smaller than they are, the more so the more clicks are mistaken.
"""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labels:
    """What a document is worth for each query, by position; None where it is not known what people were shown.

    Values of several documents are comparable, and lie below zero where people opened less than the background. `scale`
    is the mean of their sums: the gain of a query whose documents all stand first.
    """

    values: tuple[Mapping[str, float] | None, ...]
    scale: float = 1.0

    @property
    def known(self) -> int:
        """Return of how many queries it is known what people were shown."""
        return sum(values is not None for values in self.values)

    def without(self, numbers: Container[int]) -> "Labels":
        """Return them without those of some queries, which count by their own grades then."""
        return replace(self, values=tuple(None if n in numbers else one for n, one in enumerate(self.values)))


def labels(
    queries: Sequence[Query], answers: Iterable[Answer], rows: Iterable[PairRow], counted: frozenset[str]
) -> Labels:
    """Return the labels of the queries; an opened document that is not `counted` is left out as if it were unseen.

    `answers` has one answer a person and query, `rows` the clicks with their weights.
    """
    opened = opened_of(queries, rows)
    shown = shown_for([query.text for query in queries], answers)
    rates = {text: _rates(lists, opened.get(text, {}), counted) for text, lists in shown.items()}
    background = _background(rates.values())
    values = [
        {name: rate - background for name, (_, rate) in rates[text].items()} if text in rates else None
        for text in (normalized(query.text) for query in queries)
    ]
    sums = [sum(of_query.values()) for of_query in values if of_query is not None]
    scale = fmean(sums) if sums else 0.0
    return Labels(tuple(values), scale) if scale > 0 else Labels((None,) * len(queries))


def shown_for(queries: Iterable[str], answers: Iterable[Answer]) -> dict[str, list[tuple[str, ...]]]:
    """Return by normalized query what people were shown for it, a list of documents for each of them."""
    wanted = {normalized(text) for text in queries}
    shown: dict[str, list[tuple[str, ...]]] = {}
    for answer in answers:
        if (text := normalized(answer.query)) in wanted:
            shown.setdefault(text, []).append(answer.documents[:DEPTH])
    return shown


def opened_of(queries: Sequence[Query], rows: Iterable[PairRow]) -> dict[str, dict[str, float]]:
    """Return by normalized query what people opened and stayed with, and the sum of the weights."""
    wanted, found = {normalized(query.text) for query in queries}, dict[str, dict[str, float]]()
    for row in rows:
        if row.kind in CLICK_KINDS and row.weight > 0 and row.satisfied and (text := normalized(row.anchor)) in wanted:
            weights = found.setdefault(text, {})
            weights[row.document] = weights.get(row.document, 0.0) + row.weight
    return found


def deciding(queries: Sequence[Query], rows: Iterable[PairRow], counted: frozenset[str]) -> frozenset[str]:
    """Return the documents by which queries are judged: the relevant ones, and what was opened and is `counted`."""
    opened = {name for weights in opened_of(queries, rows).values() for name in weights}
    return frozenset(name for query in queries for name in query.relevant) | (counted & opened)


def _background(rates: Iterable[Mapping[str, tuple[int, float]]]) -> float:
    """Return what the lower ranks are opened on average."""
    lower = [rate for of_query in rates for rank, rate in of_query.values() if rank > _LOWER]
    return fmean(lower) if lower else 0.0


def _rates(
    lists: Sequence[tuple[str, ...]], opened: Mapping[str, float], counted: frozenset[str]
) -> dict[str, tuple[int, float]]:
    """Return of each document that was shown its best rank and what it was opened for each person."""
    ranks: dict[str, int] = {}
    for one in lists:
        for rank, name in enumerate(one, 1):
            ranks[name] = min(rank, ranks.get(name, rank))
    for name in opened:
        ranks.setdefault(name, 1)  # shown by an answer that is not among these
    left_out = {name for name in opened if name not in counted}
    return {name: (rank, opened.get(name, 0.0) / len(lists)) for name, rank in ranks.items() if name not in left_out}


def seen_scores(rankings: Sequence[Sequence[str]], queries: Sequence[Query], known: Labels) -> Array:
    """Return the score of every query by the order of what people were shown; without labels by clicks as they are."""
    return _scores([_condensed(*both) for both in zip(rankings, known.values, strict=True)], queries, known)


def whole_scores(rankings: Sequence[Sequence[str]], queries: Sequence[Query], known: Labels) -> Array:
    """Return the score of every query by its ranking as it is, unseen documents among the others."""
    return _scores(rankings, queries, known)


def coverage(rankings: Sequence[Sequence[str]], known: Labels) -> float:
    """Return the share of first places that hold a document which people were shown, of the queries with labels."""
    pairs = zip(rankings, known.values, strict=True)
    shares = [fmean(name in values for name in ranked[:DEPTH]) for ranked, values in pairs if values and ranked]
    return fmean(shares) if shares else 0.0


def _scores(rankings: Sequence[Sequence[str]], queries: Sequence[Query], known: Labels) -> Array:
    found = [
        metrics.ndcg(ranked, query.relevant, DEPTH)
        if values is None
        else metrics.gain(ranked, values, DEPTH) / known.scale
        for ranked, query, values in zip(rankings, queries, known.values, strict=True)
    ]
    return np.array(found, dtype=np.float64)


def _condensed(ranked: Sequence[str], values: Mapping[str, float] | None) -> Sequence[str]:
    """Return the documents that were shown in the order of a ranking; those it lacks come last, in no telling order."""
    if values is None:
        return ranked
    found = [name for name in ranked if name in values]
    lacking = values.keys() - set(found)
    return [*found, *sorted(lacking, key=lambda name: blake2b(name.encode(), digest_size=8).digest())]
