"""The oracle's SQL and the rules in Python, written apart, say the same of whatever people did."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.config import StreamsConfig
from streams.sessions.oracle import Differences, differences
from streams.sessions.rules import Access, distinct, session_id, split

CONFIG = StreamsConfig.model_validate({"sessions": {"gap_s": 10, "max_accesses": 4}})
GAP_MS, MOST = CONFIG.sessions.gap_ms, CONFIG.sessions.max_accesses
BEGAN = datetime(2026, 5, 1, tzinfo=UTC)
BEGAN_MS = int(BEGAN.timestamp() * 1_000)
STEPS = (0, 1, GAP_MS - 1, GAP_MS, GAP_MS + 1, 3 * GAP_MS)
"""Milliseconds from one access to the next: the rule turns on them."""


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    connected = Warehouse.connect(stack)
    connected.migrate()
    yield connected
    connected.close()


def people(count: int) -> dict[str, list[Access]]:
    """Return some accesses of each person, with repeats of the same event at other times."""
    chance, found = random.Random(7), {}
    for number in range(count):
        time, own = BEGAN_MS, list[Access]()
        for step in chance.choices(STEPS, k=chance.randrange(1, 14)):
            time += step
            own.append((time, f"e{chance.randrange(12)}", f"d{chance.randrange(2)}"))
        found[f"u{number}"] = own
    return found


def write(warehouse: Warehouse, tenant: str, accesses: dict[str, list[Access]]) -> None:
    rows = [(user, *access) for user, own in accesses.items() for access in own]
    chance = random.Random(8)
    chance.shuffle(rows)
    warehouse.insert(
        "events",
        {
            "topic": [f"clicks-of-{tenant}" for _ in rows],
            "offset": list(range(len(rows))),
            "tenant": [tenant for _ in rows],
            "type": [chance.choice(("DocumentOpened", "CitationOpened")) for _ in rows],
            "user": [user for user, _, _, _ in rows],
            "event_id": [event for _, _, event, _ in rows],
            "document": [document for _, _, _, document in rows],
            "occurred_at": [BEGAN + timedelta(milliseconds=time - BEGAN_MS) for _, time, _, _ in rows],
        },
    )


def test_sessions_are_the_rules_own(warehouse: Warehouse, tenant: str) -> None:
    accesses = people(300)
    write(warehouse, tenant, accesses)
    rows = warehouse.query("sessions_oracle", tenant=tenant, gap_ms=GAP_MS, max_accesses=MOST)
    found = {
        (row["user"], row["session"]): (
            row["started"],
            row["ended"],
            row["accesses"],
            row["event_ids"],
            row["documents"],
        )
        for row in rows
    }
    expected = {
        (user, session_id(tenant, user, session[0])): (
            session[0][0], session[-1][0], len(session), [event for _, event, _ in session], [d for _, _, d in session],
        )
        for user, own in accesses.items() for session in split(distinct(own), GAP_MS, MOST)
    }  # fmt: skip
    assert len(expected) > 600
    assert found == expected


def test_what_was_not_written_differs(warehouse: Warehouse, tenant: str) -> None:
    write(warehouse, tenant, {"ann": [(BEGAN_MS, "e1", "d1"), (BEGAN_MS + 1, "e2", "d2")]})
    found = differences(warehouse, CONFIG, tenant)
    assert (found.none, found.sessions) == (False, 1)
    assert found.sessions_only_written == found.pairs_only_written == []
    assert [row["kind"] for row in found.pairs_only_expected].count("co_access") == 1
    assert Differences([], [], [], []).none
