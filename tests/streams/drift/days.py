"""Simulated days written to a real warehouse, and a producer that keeps the requests for training."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from schemas.codec import decode
from schemas.learning import TrainingRequested
from schemas.topics import LEARNING, tenant_of_key
from streams.drift.behaviour import Search
from streams.drift.config import DriftConfig
from tests.streams.drift.history_rows import Log, happenings
from tests.streams.drift.people import MORNING, Company

CONFIG = DriftConfig(reference_windows=3, permutations=599, max_documents=300, window_cases=100, new_pairs=0)
COMPANY = Company(people=40, searches=5)
DAY = timedelta(days=1)
MIDNIGHT = MORNING.replace(hour=0)
NOW = MORNING + 400 * DAY


@dataclass
class Outbox:
    """A producer that keeps what it is given."""

    sent: list[TrainingRequested] = field(default_factory=list)

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        event = decode(LEARNING, key, value, NOW)
        assert topic == LEARNING.name
        assert isinstance(event, TrainingRequested)
        assert tenant_of_key(key or b"") == event.tenant
        self.sent.append(event)

    def flush(self) -> int:
        return 0


def days(first: int, last: int, shift: float = 0.0, seed: int = 5) -> list[list[Search]]:
    rng = np.random.default_rng([seed, first])
    return [COMPANY.day(number, rng, shift) for number in range(first, last)]


def record(log: Log, result: Sequence[list[Search]], model: str = "base", resend: bool = False) -> None:
    for searches in result:
        events = happenings(log.tenant, searches, model)
        log.write(events + events[:200] if resend else events)


def after_day(number: int) -> datetime:
    return MIDNIGHT + (number + 1) * DAY
