"""The current lists on a real Redis: the later event holds in whatever order, and nothing is lost or mixed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document_order import hexadecimal
from stores.access_lists import AT_ONCE, AccessList, AccessLists, current, fill, key, stored_lists
from stores.errors import Retryable
from stores.settings import Settings

LISTS = st.lists(
    st.builds(
        AccessList,
        st.sampled_from(["a", "b", "ü 1", "-"]),
        st.sampled_from([0, 9, 10, 15, 16, 2**63 << 192, 2**256 - 1]),
        st.none() | st.lists(st.sampled_from(["staff", "hr", "-", "é", "[", "a[b"]), max_size=2).map(tuple),
        st.sampled_from(["", "0a" * 16]),
    ),
    max_size=12,
    unique_by=lambda one: (one.document, one.revision),
)


@pytest.fixture
def lists(stack: Settings, tenant: str) -> Iterator[AccessLists]:
    connected = AccessLists.connect(stack)
    assert connected.end_filling(tenant, connected.begin_filling(tenant))
    yield connected
    connected._client.delete(key(tenant))
    connected.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LISTS, st.randoms(use_true_random=False))
def test_the_latest_holds_in_whatever_order_and_number(
    lists: AccessLists, tenant: str, result: list[AccessList], chance: object
) -> None:
    lists._client.delete(key(tenant))
    lists.end_filling(tenant, lists.begin_filling(tenant))
    shuffled = [*result, *result]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own Random
    for start in range(0, len(shuffled), 5):
        lists.put(tenant, shuffled[start : start + 5])
    latest = {one.document: _as_kept(one) for one in sorted(result, key=lambda one: one.revision)}
    assert lists.get(tenant, ["a", "b", "ü 1", "-", "unknown"]).lists == latest


def _as_kept(one: AccessList) -> AccessList:
    return replace(one, content="") if one.groups is None else one


def test_an_entry_of_before_contents_were_kept_is_of_no_content(lists: AccessLists, tenant: str) -> None:
    lists._client.hset(key(tenant), "d", hexadecimal(7) + '["staff"]')
    assert lists.get(tenant, ["d"]).lists == {"d": AccessList("d", 7, ("staff",), "")}


def test_many_are_put_in_several_calls(lists: AccessLists, tenant: str) -> None:
    many = [AccessList(f"d{n}", 1, ("staff",)) for n in range(2 * AT_ONCE + 1)]
    lists.put(tenant, many)
    assert lists.get(tenant, [one.document for one in many]).lists == {one.document: one for one in many}


def test_tenants_do_not_mix_and_nothing_asks_nothing(lists: AccessLists, tenant: str) -> None:
    lists.put(tenant, [AccessList("d", 1, ("staff",))])
    assert lists.get(f"{tenant}x", ["d"]).lists == {}
    assert lists.get(tenant, []).lists == {}
    lists.put(tenant, [])


def test_redis_away_is_worth_waiting_for(stack: Settings, tenant: str) -> None:
    away = AccessLists.connect(stack.model_copy(update={"redis_url": type(stack.redis_url)("redis://127.0.0.1:1/0")}))
    with pytest.raises(Retryable):
        away.put(tenant, [AccessList("d", 1, None)])
    with pytest.raises(Retryable):
        away.get(tenant, ["d"])


def test_documents_are_counted_gone_ones_too(lists: AccessLists, tenant: str) -> None:
    assert lists.count(tenant) == 0
    lists.put(tenant, [AccessList("a", 1, ("staff",)), AccessList("b", 2, None)])
    lists.put(tenant, [AccessList("a", 2, ())])
    assert lists.count(tenant) == 2


def test_what_the_warehouse_has_comes_as_lists() -> None:
    class Rows:
        def query(self, name: str, **parameters: object) -> list[dict[str, Any]]:
            assert (name, parameters) == ("access_lists", {"tenant": "acme", "documents": ["a", "b", "c"]})
            return [
                {"document": "a", "revision": 2**200, "acl": ["staff"], "gone": 0, "content_hash": "h"},
                {"document": "b", "revision": 3, "acl": ["staff"], "gone": 1, "content_hash": "h"},
            ]

    found = stored_lists(Rows(), "acme", ["a", "b", "c"])
    assert found == [AccessList("a", 2**200, ("staff",), "h"), AccessList("b", 3, None)]


class Stored:
    """A warehouse of lists; calls `between` whenever some are read."""

    def __init__(self, lists: list[AccessList], between: Callable[[], None] = lambda: None) -> None:
        self.lists = lists
        self._between = between

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        if name == "index_ids":
            return [{"document": one.document} for one in self.lists]
        self._between()
        wanted = [one for one in self.lists if one.document in parameters["documents"]]
        return [
            {"document": d.document, "revision": d.revision, "acl": list(d.groups or ()), "gone": d.groups is None,
             "content_hash": d.content}
            for d in wanted
        ]  # fmt: skip


NARROWED, BEFORE, GONE = (
    AccessList("a", 5, ("hr",), "h"),
    AccessList("a", 3, ("everyone",), "h"),
    AccessList("b", 9, None),
)


def test_a_repeat_of_an_old_event_allows_nothing_after_redis_was_emptied(lists: AccessLists, tenant: str) -> None:
    """Catches lists that are taken for current because something is there: seen after FLUSHALL and a redelivery."""
    lists.put(tenant, [NARROWED, GONE])
    lists._client.delete(key(tenant))
    lists.put(tenant, [BEFORE])
    assert not lists.whole(tenant)
    assert current(lists, Stored([NARROWED, GONE]), tenant, ["a", "b"]) == {"a": NARROWED, "b": GONE}
    later = AccessList("a", 7, ("board",), "h")
    lists.put(tenant, [later])
    assert current(lists, Stored([NARROWED, GONE]), tenant, ["a"]) == {"a": later}, "Redis may be ahead"
    lists._client.delete(key(tenant))
    assert fill(lists, Stored([NARROWED, GONE]), tenant) == 2
    assert lists.whole(tenant)
    assert lists.get(tenant, ["a", "b"]).lists == {"a": NARROWED, "b": GONE}
    assert lists.count(tenant) == 2


def test_lists_that_are_lost_once_more_while_they_are_filled_are_not_whole(lists: AccessLists, tenant: str) -> None:
    def lost() -> None:
        lists._client.delete(key(tenant))
        lists.put(tenant, [BEFORE])

    fill(lists, Stored([GONE, NARROWED], lost), tenant)
    assert not lists.whole(tenant)
    assert current(lists, Stored([NARROWED]), tenant, ["a"]) == {"a": NARROWED}


def test_of_two_that_fill_at_once_the_one_that_began_last_says_that_they_are_whole(
    lists: AccessLists, tenant: str
) -> None:
    first, second = lists.begin_filling(tenant), lists.begin_filling(tenant)
    assert not lists.end_filling(tenant, first)
    assert not lists.whole(tenant)
    assert lists.end_filling(tenant, second)
    assert lists.whole(tenant)


def test_a_document_that_came_while_the_lists_were_filled_keeps_its_later_list(lists: AccessLists, tenant: str) -> None:
    later = AccessList("a", 7, ("board",), "h")
    fill(lists, Stored([NARROWED], lambda: lists.put(tenant, [later])), tenant)
    assert lists.get(tenant, ["a"]).lists == {"a": later}
