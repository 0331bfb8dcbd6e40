"""Where rankings are known to fail: queries with a no, rare words, long documents, short answers. Pure.

Each pattern is a rule that people can read. For the held-out queries that match it stands how both served rankings do;
nothing is decided by it, because patterns overlap with the slices that do decide.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from retrieval.text import query_terms, terms, words
from trainer.data.examples import Document
from trainer.data.split import Query
from trainer.judging.bootstrap import Array

NEGATION, RARE, LONG, SHORT = "negation", "rare terms", "long documents", "short answers"

_NO = frozenset("cannot except isn neither never no none nor not unless without kein keine nicht ohne pas sans".split())  # noqa: SIM905  # words read better so
_RARE = 2
"""Documents that have a rare term, at most."""

_LONG, _SHORT = 10_000, 300
"""Characters of a document's text from which on it is long, and up to which it is a short answer."""


def patterns(queries: Sequence[Query], documents: Mapping[str, Document]) -> list[tuple[str, ...]]:
    """Return for each query the patterns that it matches; length is that of all documents that it seeks."""
    asked = [frozenset(query_terms(query.text)) for query in queries]
    having = _having(frozenset().union(*asked), documents)
    found = []
    for query, own in zip(queries, asked, strict=True):
        lengths = [len(documents[name].body) for name in query.relevant if name in documents]
        matches = {
            NEGATION: not _NO.isdisjoint(words(query.text)) or "n't" in query.text,
            RARE: any(0 < having[term] <= _RARE for term in own),
            LONG: bool(lengths) and min(lengths) >= _LONG,
            SHORT: bool(lengths) and max(lengths) <= _SHORT,
        }
        found.append(tuple(name for name, matched in matches.items() if matched))
    return found


def figures(
    queries: Sequence[Query], documents: Mapping[str, Document], candidate: Array, live: Array
) -> dict[str, dict[str, float]]:
    """Return of each pattern how many queries match it and the mean scores of both; without any query its number 0."""
    of_queries = patterns(queries, documents)
    found: dict[str, dict[str, float]] = {}
    for name in (NEGATION, RARE, LONG, SHORT):
        inside = [n for n, own in enumerate(of_queries) if name in own]
        found[name] = {"queries": float(len(inside))}
        if inside:
            means = {"live": fmean(live[inside].tolist()), "candidate": fmean(candidate[inside].tolist())}
            means["difference"] = means["candidate"] - means["live"]
            found[name] |= {key: round(value, 6) for key, value in means.items()}
    return found


def _having(wanted: frozenset[str], documents: Mapping[str, Document]) -> Counter[str]:
    """Return how many searchable documents have each of the terms."""
    found = Counter[str]()
    for one in documents.values():
        if one.searchable:
            found.update(wanted.intersection(terms(f"{one.title}\n{one.body}")))
    return found
