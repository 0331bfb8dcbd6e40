"""By which queries a document was found and satisfied: further words that it can be found by, without training. Pure.

A query counts for a document once `LEAST_PEOPLE` different people were satisfied by it there: what fewer typed may tell
who they are. Of each person the newest click counts, half as much after every `HALF_LIFE`, and a query whose sum falls
below that of `FADED` people is no longer said. What judges a model must not help it: who judges leaves out what is
held out (`trainer/judging/clicked.py`). A passage has these words in a further field, beside those of its own, which
has its ranking; no vector has them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from retrieval.text import normalized, query_terms

LEAST_PEOPLE = 3
MOST_QUERIES = 20
"""Of a document; more would only repeat its words."""

LONGEST = 200
"""Characters of a query: a longer one is a text that somebody pasted."""

HALF_LIFE = timedelta(days=90)
FADED = 1.0


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody was satisfied by a document that this query had found."""

    query: str
    person: str
    at: datetime


def clicked_queries(clicks: Iterable[Click], now: datetime) -> list[str]:
    """Return the queries of one document's clicks in their normal form, the most used first."""
    newest: dict[str, dict[str, datetime]] = defaultdict(dict)
    for click in clicks:
        query = normalized(click.query)
        if len(query) <= LONGEST and query_terms(query):
            people = newest[query]
            people[click.person] = max(click.at, people.get(click.person, click.at))
    weights = {query: _weight(people.values(), now) for query, people in newest.items() if len(people) >= LEAST_PEOPLE}
    said = (query for query, weight in weights.items() if weight >= FADED)
    return sorted(said, key=lambda query: (-weights[query], query))[:MOST_QUERIES]


def field_text(text: str, queries: Iterable[str]) -> str:
    """Return the further field of a passage: its text, and the queries of its document if it is the first one."""
    return "\n".join([text, *queries])


def digest(queries: Sequence[str]) -> str:
    """Return a hash of queries in their order, 32 hexadecimal digits; "" for none."""
    return blake2b(json.dumps(list(queries)).encode(), digest_size=16).hexdigest() if queries else ""


def _weight(at: Iterable[datetime], now: datetime) -> float:
    return sum(float(0.5 ** max(0.0, (now - one) / HALF_LIFE)) for one in at)
