"""Bodies of UBI: one bad item spoils no other, and every record was judged by the rules of all events."""

import orjson
import pytest

from gateway.ubi import intake
from gateway.ubi.intake import Taken, Terms
from gateway.ubi.meaning import Known
from gateway.ubi.reading import Unreadable
from stores.recent import ExternalSearch
from tests.gateway.ubi.test_meaning import QUERY, event
from tests.gateway.world import NOW

TERMS = Terms("acme", NOW, {}, {"shop": "acme", "other shop": "other"})
KNOWN = Known({}, frozenset())


def queried(*items: object) -> Taken:
    taken = Taken()
    intake.take_queries(intake.queries(items, taken), TERMS, KNOWN, taken)
    return taken


def acted(*items: object) -> Taken:
    taken = Taken()
    intake.take_events(intake.actions(items, TERMS, taken), TERMS, KNOWN, taken)
    return taken


def test_a_body_is_an_array_or_one_object() -> None:
    assert intake.items_of(b'[{"a":1},2]', 2) == [{"a": 1}, 2]
    assert intake.items_of(b'{"a":1}', 1) == [{"a": 1}]
    assert intake.items_of(b"[1,2]", 1) is None
    for body in (b"", b"7", b'"x"', b"[", b"\xff"):
        with pytest.raises(Unreadable):
            intake.items_of(body, 9)


def test_half_an_emoji_spoils_no_other_item() -> None:
    whole, half = orjson.dumps(QUERY).decode(), orjson.dumps({**QUERY, "user_query": "caf"}).decode()
    half = half.replace('"caf"', '"caf\\ud83d"')
    items = intake.items_of(f"[{whole},{half}]".encode(), 9)
    assert items is not None
    taken = queried(*items)
    assert (len(taken.records), [*taken.refused]) == (1, [1])
    assert "not JSON" in taken.refused[1]
    assert intake.items_of(f"[{whole},{half},{half}]".encode(), 2) is None


def test_one_bad_item_spoils_no_other() -> None:
    taken = queried(QUERY, {}, {**QUERY, "query_id": "q2", "timestamp": "2099-01-01"}, {**QUERY, "query_id": "q3"})
    assert len(taken.records) == 2
    assert sorted(taken.refused) == [1, 2]
    assert "future" in taken.refused[2]


def test_what_cannot_be_written_as_json_spoils_no_other() -> None:
    deep: list[object] = []
    for _ in range(300):
        deep = [deep]
    taken = acted(event("citation", user_query="q", attributes={"cited": deep}), event("click"))
    assert (len(taken.records), [*taken.refused]) == (1, [0])


def test_a_body_of_far_too_many_values_is_not_read() -> None:
    body = b"[[" + b",".join([b"0"] * 100_000) + b"]]"
    assert intake.items_of(body, 1_000) is None


def test_unknown_actions_are_counted_and_not_refused() -> None:
    taken = acted(event("hover"), event("hover"), event("click"), event("scroll" * 50))
    assert (len(taken.records), taken.refused) == (1, {})
    assert taken.ignored == {"hover": 2, ("scroll" * 50)[:100]: 1}
    assert taken.plain()["accepted"] == 1


def test_another_tenant_s_application_is_refused() -> None:
    assert len(acted(event(application="shop"), event(application="new")).records) == 2
    assert "another tenant" in acted(event(application="other shop")).refused[0]
    assert "another tenant" in queried({**QUERY, "application": "other shop"}).refused[0]


def test_records_are_of_the_right_topic_and_tenant() -> None:
    topics = {
        action: acted(event(action, user_query="laptop")).records[0].topic
        for action in ("click", "impression", "citation", "thumbs_up")
    }
    assert topics == {
        "click": "clicks", "impression": "impressions", "citation": "citation.clicks", "thumbs_up": "reactions",
    }  # fmt: skip
    (record,) = queried(QUERY).records
    assert record.topic == "searches"
    assert orjson.loads(record.value)["tenant"] == "acme"


def test_a_query_that_is_too_long_is_cut_by_the_rule_of_all_events() -> None:
    (record,) = queried({**QUERY, "user_query": "x" * 3_000}).records
    assert record.cuts == {"query": 1}


def test_a_text_that_is_none_is_refused() -> None:
    assert acted(event(client_id="a\x00b")).refused
    with pytest.raises(Unreadable):
        intake.items_of(b'[{"client_id": "a\\ud800b"}]', 9)


def test_only_ids_of_digits_without_a_field_are_looked_up() -> None:
    found = intake.queries([{**QUERY, "query_response_hit_ids": ["1", "a", "1", "2"]}], Taken())
    assert intake.digits_of(list(found.values())) == ["1", "2"]
    named = intake.queries([{**QUERY, "object_id_field": "id", "query_response_hit_ids": ["1"]}], Taken())
    assert intake.digits_of(list(named.values())) == []


def test_what_a_click_has_to_know() -> None:
    (found,) = intake.queries([QUERY], Taken()).values()
    assert intake.remembered(found) == ExternalSearch("laptop", ("a", "b"))
