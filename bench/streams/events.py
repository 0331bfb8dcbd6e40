"""The events of the benchmark: openings and citation clicks of many people, some poison among them; always the same."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson

from schemas.ids import join_ids
from schemas.topics import CITATIONS, CLICKS
from stores.kafka import EventProducer

TENANT = "bench"
SPAN_S = 8 * 3600
ACTIVE = 10
"""One in so many people is active at a time, so that people have sessions of several accesses."""
POISON_EVERY = 10_000
"""Half of them are not JSON, half lack a field."""
DOCUMENTS = 5_000

_WORDS = ("launch", "instance", "subnet", "role", "policy", "bucket", "travel", "expense", "leave", "laptop", "access")

Sent = tuple[str, bytes, bytes]
"""(topic, key, value)."""


def made(count: int, users: int, end: datetime, seed: int = 7) -> Iterator[Sent]:
    """Yield `count` events of `users` people, in order of time up to a minute, the last at `end`; a quarter cite."""
    rng = random.Random(seed)
    began, active = end - timedelta(seconds=SPAN_S), max(1, users // ACTIVE)
    for number in range(count):
        second = number * (SPAN_S - 60) // count + rng.randrange(60)
        user = f"person-{(number * users // count + rng.randrange(active)) % users}"
        event: dict[str, object] = {
            "event_id": f"{seed:04x}{number:028x}",
            "tenant": TENANT,
            "occurred_at": (began + timedelta(seconds=second)).isoformat().replace("+00:00", "Z"),
            "schema_version": 1,
            "user": user,
        }
        topic = CITATIONS.name if rng.random() < 0.25 else CLICKS.name
        event |= _cited(rng, number) if topic == CITATIONS.name else _opened(rng, number)
        value = orjson.dumps(event)
        if number % POISON_EVERY == POISON_EVERY - 1:
            value = value[:-9] if number // POISON_EVERY % 2 else value.replace(b'"user":', b'"usher":')
        yield topic, join_ids(TENANT, user).encode(), value


def _opened(rng: random.Random, number: int) -> dict[str, object]:
    search = {"search": f"s{number}", "query": _query(rng), "rank": rng.randrange(1, 21)}
    found = {"from_search": search} if rng.random() < 0.8 else {}
    dwell = rng.randrange(3_000) / 10
    return {"type": "DocumentOpened", "document": f"doc-{rng.randrange(DOCUMENTS)}", "dwell_seconds": dwell, **found}


def _cited(rng: random.Random, number: int) -> dict[str, object]:
    cited = [f"doc-{rng.randrange(DOCUMENTS)}" for _ in range(rng.randrange(1, 5))]
    chosen = rng.choice(cited)
    return {
        "type": "CitationOpened",
        "answer": f"a{number}",
        "question": _query(rng),
        "cited": cited,
        "document": chosen,
    }


def _query(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randrange(2, 6)))


def produce(bootstrap: str, count: int, users: int) -> float:
    """Send the events, dated some hours back; return the seconds it took. The topics must be there."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    began = time.perf_counter()
    with EventProducer(bootstrap) as producer:
        for topic, key, value in made(count, users, end):
            producer.send(topic, key, value)
    return time.perf_counter() - began
