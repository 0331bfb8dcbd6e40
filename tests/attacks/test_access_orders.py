"""Random events in random orders, an index that lags: nobody finds what the newest event forbids."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.access import may_see
from schemas.document_order import revision
from schemas.documents import DocumentDeleted, DocumentUpserted
from tests.attacks.test_access import House, house
from tests.indexer.world import live
from tests.streams.world import BEGAN

__all__ = ["house"]

PEOPLE = ((), ("staff",), ("caf\u00e9",), ("cafe\u0301", "staff"), ("STAFF",))
_EXAMPLES = count()

acls = st.none() | st.lists(st.sampled_from(["everyone", "staff", "cafe\u0301", "caf\u00e9", "Staff"]), max_size=2)
events = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.booleans(), acls, st.integers(0, 2), st.sampled_from("xyz")),
    min_size=1,
    max_size=7,
)  # fmt: skip

Event = DocumentUpserted | DocumentDeleted


def made(house: House, prefix: str, planned: Sequence[tuple[str, int, bool, Any, int, str]]) -> list[Event]:
    found: list[Event] = []
    for name, version, deleted, acl, later, text in planned:
        document, at = f"{prefix}-{name}", BEGAN + timedelta(seconds=later)
        if deleted:
            found.append(house.deleted(document, version).model_copy(update={"occurred_at": at}))
        else:
            title, groups = f"Merger {prefix} {text}", None if acl is None else tuple(acl)
            found.append(house.upserted(document, version, groups, occurred_at=at, title=title))
    return found


def newest(sent: Sequence[Event]) -> dict[str, Event]:
    held: dict[str, Event] = {}
    for event in sent:
        if event.document not in held or order(event) > order(held[event.document]):
            held[event.document] = event
    return held


def order(event: Event) -> int:
    return revision(event, list(event.acl or ()) if isinstance(event, DocumentUpserted) else [])


def expected(held: dict[str, Event], groups: Sequence[str]) -> list[str]:
    shown = [e for e in held.values() if isinstance(e, DocumentUpserted) and may_see(e.acl or (), frozenset(groups))]
    return sorted(event.document for event in shown)


def check(house: House, prefix: str, sent: Sequence[Event], whole: bool) -> None:
    held = newest(sent)
    for groups in PEOPLE:
        found = [one for one in house.found(*groups, k=100) if one.document.startswith(f"{prefix}-")]
        names, allowed = sorted(one.document for one in found), expected(held, groups)
        assert set(names) <= set(allowed)
        assert names == allowed or not whole
        for one in found:
            texts = [
                e
                for e in sent
                if isinstance(e, DocumentUpserted) and (e.document, e.title) == (one.document, one.title)
            ]
            assert any(may_see(e.acl or (), frozenset(groups)) for e in texts), "a text that was never theirs"


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(events, st.randoms(use_true_random=False), st.integers(0, 7))
def test_nobody_finds_what_the_newest_event_forbids(house: House, planned: Any, chance: Any, indexed: int) -> None:  # noqa: ANN401
    prefix = f"x{next(_EXAMPLES)}"
    if house.world.serving.record(house.world.tenant) is None:
        house.take(house.upserted("first"))
        live(house.world)
    sent = made(house, prefix, planned)
    arriving = [*sent, *chance.choices(sent, k=2)]
    chance.shuffle(arriving)
    for number, event in enumerate(arriving):
        house.take(event)
        if number == indexed:
            house.world.fill()
            check(house, prefix, arriving[: number + 1], whole=True)
    check(house, prefix, sent, whole=False)
    house.world.fill()
    check(house, prefix, sent, whole=True)
