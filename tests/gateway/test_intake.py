"""Bodies of events, without HTTP: more than may be is nothing, and odd beginnings are none of an event's."""

import gzip
import json
import tracemalloc

import orjson
import pytest

from gateway.intake import take
from tests.gateway.world import NOW, opened


def test_a_body_has_at_most_so_many_items() -> None:
    body = b"\n".join([orjson.dumps(opened("acme"))] * 3)
    assert take(body, "acme", NOW, 3) is not None
    assert take(body, "acme", NOW, 2) is None


def test_a_byte_order_mark_is_passed_over() -> None:
    taken = take(b"\xef\xbb\xbf" + orjson.dumps(opened("acme")), "acme", NOW, 3)
    assert taken is not None
    assert taken.accepted == 1


def test_packed_data_within_the_body_are_not_unpacked() -> None:
    taken = take(gzip.compress(orjson.dumps(opened("acme"))), "acme", NOW, 100)
    assert taken is not None
    assert taken.accepted == 0


def test_a_verdict_says_no_more_than_it_knows() -> None:
    taken = take(b"{}", "acme", NOW, 3)
    assert taken is not None
    (verdict,) = taken.verdicts
    assert set(verdict.plain()) == {"index", "line", "status", "reason"}


@pytest.mark.parametrize("spaces", [False, True])
def test_an_array_is_the_same_with_spaces_and_without(spaces: bool) -> None:
    items = [opened("acme", "a"), {"type": "x"}, opened("other", "b"), opened("acme", "c", document="ü 1.0")]
    separators = (", ", ": ") if spaces else (",", ":")
    taken = take(json.dumps(items, ensure_ascii=False, separators=separators).encode(), "acme", NOW, 9)
    assert taken is not None
    assert [verdict.status for verdict in taken.verdicts] == ["accepted", "refused", "refused", "accepted"]
    assert [orjson.loads(record.value)["event_id"] for record in taken.records] == ["a", "c"]


def test_a_field_that_stands_twice_is_refused_in_an_array_too() -> None:
    event = orjson.dumps(opened("acme"))
    doubled = event.replace(b'"user":"ana"', b'"user":"ana","user":"ben"')
    for body in (doubled, b"[" + doubled + b"]", b"[" + event + b"," + doubled + b"]"):
        taken = take(body, "acme", NOW, 9)
        assert taken is not None
        assert "twice" in (taken.verdicts[-1].reason or "")


@pytest.mark.parametrize("inner", [b"{}", b"[]", b"0", b'{"a":[[]]}'])
def test_a_body_of_very_many_values_costs_little_memory(inner: bytes) -> None:
    body = b"[" + b",".join([inner] * (2**21 // (len(inner) + 1))) + b"]"
    tracemalloc.start()
    try:
        take(body, "acme", NOW, 1_000)
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    finally:
        tracemalloc.stop()


def test_what_cannot_be_written_again_is_an_item_of_its_own() -> None:
    deep = b'{"a":' + b"[" * 300 + b"]" * 300 + b"}"
    taken = take(b"[" + deep + b"," + orjson.dumps(opened("acme")) + b"]", "acme", NOW, 9)
    assert taken is not None
    assert [verdict.status for verdict in taken.verdicts] == ["refused", "accepted"]
