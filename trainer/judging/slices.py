"""Which kind of query it is: the slices in which a model is judged, by rules that people can read. Pure.

The four patterns are those that enterprise searches fall into: a fact, a list, a kind of thing that people keep, or
one known document. How popular and how new it is what they seek gives more slices, and so do its language and source
where a tenant has several.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from retrieval.text import normalized, subject
from trainer.data.examples import Document
from trainer.data.split import Query
from trainer.judging.language import READ, language

_FACTOID = re.compile(
    r"^(who|whom|whose|when|where|why|what is|what's|how (many|much|long|often|old|do|does|to|can)|is|are|does|can)\b"
)
_ENUMERATION = re.compile(
    r"^(to )?(list|show|enumerate|describe|get|view|find|return)\b.*\b(all|every|each|\w+s)\b"
    r"|^(what|which) (are|\w+s)\b|\ball (the )?\w+s\b"
)
_INVENTORY = re.compile(
    r"\b(documents?|docs?|files?|slides?|decks?|presentations?|spreadsheets?|meetings?|notes?|minutes|recordings?|templates?"
    r"|tickets?|reports?|dashboards?|folders?|channels?|forms?)\b"
)
_NAVIGATIONAL_OVERLAP = 0.8

FACTOID, ENUMERATION, INVENTORY, NAVIGATIONAL = "factoid", "enumeration", "inventory", "navigational"
HEAD, TAIL, NEW, GUARD = "head", "tail", "new documents", "guard"


def pattern(query: str, titles: Sequence[str]) -> str:
    """Return the query's pattern. `titles` are those of its relevant documents.

    navigational: its words are nearly those of a title sought; then enumeration: asks for a list; inventory: names a
    kind of thing that people keep; factoid: everything else, questions first of all.
    """
    asked = subject(query)
    if any(len(asked & subject(title)) >= _NAVIGATIONAL_OVERLAP * len(asked | subject(title)) for title in titles):
        return NAVIGATIONAL
    text = normalized(query)
    if _ENUMERATION.search(text):
        return ENUMERATION
    if _INVENTORY.search(text) and not _FACTOID.search(text):
        return INVENTORY
    return FACTOID


def slices(queries: Sequence[Query], documents: Mapping[str, Document]) -> list[tuple[str, ...]]:
    """Return the slices of each query: its pattern, head or tail, new documents, guard, languages and sources.

    head: the most clicked queries that together have half of the clicks. New: a relevant document is among the quarter
    of the corpus that changed last. Language: the query's own, or where it does not tell that of what it seeks.
    Source: those of the documents sought. A language or source that all queries have makes no slice: it is the whole.
    """
    head = _head(queries)
    border = _newest_quarter(documents)
    found = []
    for n, query in enumerate(queries):
        sought = [documents[document] for document in query.relevant if document in documents]
        names = [pattern(query.text, [document.title for document in sought]), HEAD if n in head else TAIL]
        if border and any(document.updated_at >= border for document in sought):
            names.append(NEW)
        if query.guard:
            names.append(GUARD)
        names += [f"in {name}" for name in _languages(query.text, sought)]
        names += [f"from {name}" for name in sorted({document.app for document in sought if document.app})]
        found.append(tuple(names))
    return _without_the_whole(found)


def _languages(query: str, sought: Sequence[Document]) -> list[str]:
    if own := language(query):
        return [own]
    told = {language(f"{document.title}\n{document.body[:READ]}") for document in sought}
    return sorted(name for name in told if name)


def _without_the_whole(found: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the slices without languages and sources that all queries have."""
    everywhere = set(found[0]).intersection(*found[1:]) if found else set()
    whole = {name for name in everywhere if name.startswith(("in ", "from "))}
    return [tuple(name for name in names if name not in whole) for names in found]


def _head(queries: Sequence[Query]) -> set[int]:
    total, covered, chosen = sum(query.clicks for query in queries), 0, set()
    for n in sorted(range(len(queries)), key=lambda n: (-queries[n].clicks, queries[n].text)):
        if 2 * covered >= total:
            break
        covered += queries[n].clicks
        chosen.add(n)
    return chosen


def _newest_quarter(documents: Mapping[str, Document]) -> datetime | None:
    times = sorted(document.updated_at for document in documents.values())
    if not times or times[0] == times[-1]:
        return None
    return times[(3 * len(times)) // 4]
