"""What is sent while faults are injected: a population's day in fast motion, and everything that cannot be accepted.

Event number n has the id `n` in nine digits, so that what is stored can be held against what was sent.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bench.sender import Record
from schemas.documents import EVERYONE
from schemas.ids import join_ids
from schemas.topics import CITATIONS, CLICKS, DOCUMENTS, MAX_EVENT_BYTES, REACTIONS, SEARCHES

TENANT = "faults"
PEOPLE, ACTIVE = 400, 40
"""So many people are active at a time; each group comes back after ten sittings, which is more than a gap."""
SITTING = 1_200
"""Events until the next group."""
SECONDS_AN_EVENT = 0.5
DISORDER_S = 60
"""Events are out of order by up to this, which is within the lateness."""
DOCUMENTS_KNOWN = 800

_WORDS = ("launch", "instance", "subnet", "role", "policy", "bucket", "travel", "expense", "leave", "laptop", "access")
_REACTIONS = ("👍", "👎", "✅", "shrug")


class Made:
    """Makes events, always the same for a seed and a beginning."""

    def __init__(self, seed: int, began: datetime) -> None:
        self._rng = random.Random(seed)
        self._began = began
        self.count = 0
        self._poisoned = 0

    def next(self, skew_s: float = 0.0) -> Record:
        """Return the next event; its sender's clock is `skew_s` seconds ahead (behind, if negative)."""
        rng, number = self._rng, self.count
        self.count += 1
        seconds = number * SECONDS_AN_EVENT + rng.uniform(0, DISORDER_S) + skew_s
        user = f"person-{(number // SITTING * ACTIVE + rng.randrange(ACTIVE)) % PEOPLE}"
        common = {
            "event_id": f"{number:09d}",
            "tenant": TENANT,
            "occurred_at": _written(self._began + timedelta(seconds=seconds)),
        }
        topic, subject, content = self._content(number, user)
        return topic, join_ids(TENANT, subject).encode(), orjson.dumps(common | content)

    def _content(self, number: int, user: str) -> tuple[str, str, dict[str, Any]]:
        rng, kind = self._rng, self._rng.random()
        if kind < 0.6:
            return CLICKS.name, user, {"user": user} | self._opened(number)
        if kind < 0.8:
            return CITATIONS.name, user, {"user": user} | self._cited(number)
        if kind < 0.88:
            return SEARCHES.name, user, {"user": user} | self._searched(number)
        if kind < 0.97:
            answer = f"a{rng.randrange(60)}"
            target = {"kind": "answer", "answer": answer, "question": f"why {answer}?", "cited": ["doc-1", "doc-2"]}
            change = rng.choice(("added", "added", "withdrawn"))
            result = {"target": target, "reaction": rng.choice(_REACTIONS), "change": change}
            return REACTIONS.name, answer, {"type": "Reacted", "user": user, **result}
        document = self._document()
        return DOCUMENTS.name, document, self._changed(number, document)

    def _opened(self, number: int) -> dict[str, Any]:
        search = {"search": f"s{number}", "query": self._query(), "rank": self._rng.randrange(1, 21)}
        found = {"from_search": search} if self._rng.random() < 0.8 else {}
        dwell = self._rng.randrange(3_000) / 10
        return {"type": "DocumentOpened", "document": self._document(), "dwell_seconds": dwell, **found}

    def _cited(self, number: int) -> dict[str, Any]:
        cited = [self._document() for _ in range(self._rng.randrange(1, 5))]
        result = {"answer": f"c{number}", "question": self._query(), "cited": cited}
        return {"type": "CitationOpened", **result, "document": self._rng.choice(cited)}

    def _searched(self, number: int) -> dict[str, Any]:
        results = [{"document": self._document(), "rank": rank, "score": 1 / rank} for rank in (1, 2, 3)]
        served = {"model": "base", "collection": "c1", "serving_version": 1}
        return {"type": "SearchServed", "search": f"s{number}", "query": self._query(), "results": results, **served}

    def _changed(self, number: int, document: str) -> dict[str, Any]:
        result = {"app": "wiki", "title": self._query(), "body": " ".join(self._query() for _ in range(8))}
        at = _written(self._began)
        return {
            "type": "DocumentUpserted",
            "document": document,
            "version": number,
            "updated_at": at,
            "acl": [EVERYONE],
            **result,
        }

    def _document(self) -> str:
        return f"doc-{self._rng.randrange(DOCUMENTS_KNOWN)}"

    def _query(self) -> str:
        return " ".join(self._rng.choices(_WORDS, k=self._rng.randrange(2, 6)))

    def poison(self, now: datetime) -> list[Record]:
        """Return one of everything that cannot be accepted; each has a key that no other record has."""
        good = {
            "event_id": "p", "tenant": TENANT, "occurred_at": _written(self._began), "type": "DocumentOpened",
            "user": "person-1", "document": "doc-1",
        }  # fmt: skip
        values: list[bytes | None] = [
            None,
            b"",
            b"{not json",
            b"\xff\xfe\x00",
            b"[]",
            orjson.dumps(good | {"colour": "red"}),
            orjson.dumps({name: value for name, value in good.items() if name != "user"}),
            orjson.dumps(good | {"document": 7}),
            orjson.dumps(good | {"type": "Nothing"}),
            orjson.dumps(good | {"tenant": "another"}),
            orjson.dumps(good | {"occurred_at": _written(now + timedelta(hours=1))}),
            orjson.dumps(good | {"occurred_at": "1999-01-01T00:00:00Z"}),
            b'{"x":"' + b"x" * (MAX_EVENT_BYTES + 1) + b'"}',
        ]
        topics = (CLICKS, CITATIONS, SEARCHES, REACTIONS, DOCUMENTS)
        return [(self._rng.choice(topics).name, self._poison_key(), value) for value in values]

    def future(self, now: datetime) -> Record:
        """Return an otherwise good opening that is dated ten minutes ahead of all clocks, to be a dead letter."""
        result = {"event_id": "f", "tenant": TENANT, "occurred_at": _written(now + timedelta(minutes=10))}
        content = {"type": "DocumentOpened", "user": "person-1", "document": "doc-1"}
        return CLICKS.name, self._poison_key(), orjson.dumps(result | content)

    def _poison_key(self) -> bytes:
        self._poisoned += 1
        return join_ids(TENANT, f"poison-{self._poisoned}").encode()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
