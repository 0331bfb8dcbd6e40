"""Columns and single events agree, whatever the bytes: pydantic is the law, columns are only faster."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import Rejection, accept, decode, encode
from schemas.columnar import Decoded, decode_columns
from schemas.topics import CITATIONS, CLICKS, DOCUMENTS, SEARCHES, Topic, key_of
from tests.schemas.samples import NOW, cited, opened

KEY = b"acme\x1frobin"
GOOD = encode(opened())


def _plain(row: object) -> object:
    if isinstance(row, dict):
        return {name: _plain(value) for name, value in row.items()}
    return [_plain(item) for item in row] if isinstance(row, list | tuple) else row


def agree(
    topic: Topic,
    values: Sequence[bytes | None],
    keys: Sequence[bytes | None] | None = None,
    tenants: Sequence[str] = (),
) -> Decoded:
    """Decode both ways, compare everything, and return the columns."""
    keys = [KEY] * len(values) if keys is None else keys
    columns = decode_columns(topic, pa.array(keys, pa.binary()), pa.array(values, pa.binary()), NOW, tenants)
    singles = [decode(topic, key, value, NOW, tenants) for key, value in zip(keys, values, strict=True)]
    assert columns.rejected == [(i, event) for i, event in enumerate(singles) if isinstance(event, Rejection)]
    accepted = [(i, event) for i, event in enumerate(singles) if not isinstance(event, Rejection)]
    assert columns.positions.tolist() == [i for i, _ in accepted]
    assert _plain(columns.table.to_pylist()) == [_plain(event.model_dump()) for _, event in accepted]
    return columns


def _with(**fields: object) -> bytes:
    plain = json.loads(GOOD)
    return json.dumps({k: v for k, v in {**plain, **fields}.items() if v is not ...}).encode()


def test_good_events_of_every_kind() -> None:
    values = [encode(opened(i, from_search=None if i % 3 else opened().from_search)) for i in range(200)]
    assert len(agree(CLICKS, values).table) == 200
    assert len(agree(CITATIONS, [encode(cited(i)) for i in range(100)]).table) == 100


POISON = [
    None, b"", b"{", b"{}", b"[]", b"null", b"{nope}", GOOD[:-1], GOOD + b"}", GOOD + GOOD, GOOD + b"\n" + GOOD,
    b" " + GOOD + b"\n", b"\xff" + GOOD, GOOD.replace(b"robin", b"rob\xffin"), GOOD.replace(b"robin", b"rob\\ud800in"),
    GOOD.replace(b"robin", b"rob\nin"), GOOD.replace(b"robin", b"rob\x00in"), GOOD.replace(b"robin", b"rob\\u0000in"),
    GOOD.replace(b'"user":"robin"', b'"user":"robin","user":"dana"'), GOOD.replace(b'"robin"', b"7"),
    GOOD.replace(b'"rank":2', b'"rank":2.0'), GOOD.replace(b'"rank":2', b'"rank":0'),
    GOOD.replace(b'"rank":2', b'"rank":99999999999999999999'), GOOD.replace(b'"rank":2', b'"rank":true'),
    GOOD.replace(b"31.5", b"31"), GOOD.replace(b"31.5", b"1e999"), GOOD.replace(b"31.5", b"NaN"),
    GOOD.replace(b"31.5", b"-1"), GOOD.replace(b"31.5", b'"31.5"'), GOOD.replace(b"31.5", b"86400.0000001"),
    GOOD.replace(b"/", b"/"), GOOD.replace(b"{", b"{ "), b"\n".join([GOOD[:10], GOOD[10:]]),
    _with(colour="red"), _with(user=...), _with(user=None), _with(user=""), _with(user="x" * 257), _with(user="\x7f"),
    _with(user="ü" * 256), _with(tenant="globex"), _with(tenant="-"), _with(schema_version=None),
    _with(schema_version=...), _with(schema_version=2), _with(type=...), _with(type="Other"),
    _with(schema_version=...).replace(b"}", b',"schema\\u005fversion":null}'),
    _with(schema_version=..., user="\\schema_version"), _with(type=..., user='"type"'),
    _with(from_search=None), _with(from_search={}), _with(from_search=[]), _with(dwell_seconds=None),
    _with(from_search={"search": "s", "query": "q" * 2001, "rank": 1}),
    _with(from_search={"search": "s", "query": "q", "rank": 1, "more": 1}),
    *(
        _with(occurred_at=text)
        for text in (
            "2026-06-01T11:00:00+02:00", "2026-06-01T11:00:00-00:30", "2026-06-01 11:00:00Z", "2026-06-01T11:00Z",
            "2026-06-01T11:00:00", "2026-06-01", "2026-02-30T11:00:00Z", "2026-06-01T24:00:00Z", "1780311600",
            "2026-06-01T11:00:00.1234567Z", "2026-06-01T11:00:00,5Z", "2026-06-01T11:00:60Z", "0000-06-01T11:00:00Z",
            "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-06-01T11:00:00+24:00",
            "2026-06-01T11:00:00z", "2026-06-01t11:00:00Z", (NOW + timedelta(minutes=5)).isoformat(),
            (NOW + timedelta(minutes=5, microseconds=1)).isoformat(), "", "now",
        )
    ),
    _with(occurred_at=1780311600), _with(occurred_at=1780311600.5),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(POISON)))
def test_one_odd_event_costs_no_neighbour(number: int) -> None:
    columns = agree(CLICKS, [GOOD, POISON[number], GOOD])
    assert {0, 2} <= set(columns.positions.tolist())


def test_all_the_odd_ones_together() -> None:
    agree(CLICKS, [value for odd in POISON for value in (GOOD, odd)])


@pytest.mark.parametrize("key", [None, b"", b"acme", b"acme\x1f", b"acmex\x1frobin", b"globex\x1frobin", b"\xff\x1f"])
def test_keys(key: bytes | None) -> None:
    agree(CLICKS, [GOOD, GOOD], [KEY, key])


def test_several_tenants_and_who_may_send() -> None:
    events = [opened(i, tenant=tenant) for i, tenant in enumerate(["acme", "globex", "initech", "acme"])]
    values, keys = [encode(event) for event in events], [key_of(event) for event in events]
    assert agree(CLICKS, values, keys).positions.tolist() == [0, 1, 2, 3]
    assert agree(CLICKS, values, keys, ["acme", "initech"]).positions.tolist() == [0, 2, 3]
    assert agree(CLICKS, values, keys[::-1]).positions.tolist() == [0, 3]


def test_what_was_not_cited_cannot_be_opened() -> None:
    good = json.loads(encode(cited()))
    odd = [{**good, "document": "doc-3"}, {**good, "cited": []}, {**good, "cited": ["doc-2", ""]},
           {**good, "cited": None}, {**good, "cited": [None, "doc-2"]}]  # fmt: skip
    columns = agree(CITATIONS, [json.dumps(value).encode() for value in [good, *odd, good]])
    assert columns.positions.tolist() == [0, 6]


def test_what_is_cut_stands_by_its_row_and_costs_no_neighbour() -> None:
    many = json.dumps({**json.loads(encode(cited())), "cited": ["doc-2"] * 103}).encode()
    columns = agree(CITATIONS, [b"{", encode(cited()), many, encode(cited())])
    assert (columns.positions.tolist(), columns.cuts) == ([1, 2, 3], {1: {"cited": 3}})
    columns = agree(
        CLICKS, [GOOD, None, _with(dwell_seconds=90_000, from_search=None), _with(dwell_seconds=-0.2), GOOD]
    )
    assert columns.cuts == {1: {"dwell_seconds": 1}, 2: {"dwell_seconds": 1}}
    assert [row["dwell_seconds"] for row in columns.table.to_pylist()] == [31.5, 86_400.0, None, 31.5]


def test_searches_with_results() -> None:
    search = {"event_id": "s", "tenant": "acme", "occurred_at": "2026-06-01T11:00:00Z", "schema_version": 1,
              "type": "SearchServed", "user": "robin", "search": "s-1", "query": "q", "surface": "search",
              "results": [{"document": "d", "rank": 1, "score": 0.5}], "model": "base", "collection": "c",
              "serving_version": 1, "latency_ms": 1.5}  # fmt: skip
    odd = [{**search, "results": []}, {**search, "results": [{"document": "d", "rank": 0, "score": 1}]},
           {**search, "results": [{"document": "d", "rank": 1, "score": "1"}]}, {**search, "surface": "phone"},
           {**search, "results": [{"document": "d"}]}, {**search, "results": None}]  # fmt: skip
    columns = agree(SEARCHES, [json.dumps(value).encode() for value in [search, *odd, search]])
    assert columns.positions.tolist() == [0, 1, 7]


@pytest.mark.parametrize("absent", [("model",), ("model", "collection", "serving_version"), ("score",), ("results",)])
def test_a_search_of_another_engine_is_read_as_columns_too(absent: tuple[str, ...]) -> None:
    known = json.loads(SEARCH)
    known["results"] = [{name: value for name, value in known["results"][0].items() if name not in absent}]
    external = {name: value for name, value in known.items() if name not in absent}
    columns = agree(SEARCHES, [SEARCH, json.dumps(external).encode(), SEARCH])
    assert columns.positions.tolist() == [0, 1, 2]
    row = columns.table.to_pylist()[1]
    assert not any((row | (row["results"] or [{}])[0])[name] for name in absent)


SEARCH = (
    b'{"event_id":"s","tenant":"acme","occurred_at":"2026-06-01T11:00:00Z","schema_version":1,"type":"SearchServed",'
    b'"user":"robin","search":"s-1","query":"q","surface":"search","results":[{"document":"d","rank":1,"score":0.5}],'
    b'"model":"base","collection":"c","serving_version":1,"latency_ms":1.5}'
)


@pytest.mark.parametrize("number", [0, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**30, -1])
@pytest.mark.parametrize("field", [b'"serving_version":1', b'"rank":1', b'"schema_version":1'])
def test_whole_numbers_of_every_size(field: bytes, number: int) -> None:
    odd = SEARCH.replace(field, field[:-1] + str(number).encode())
    columns = agree(SEARCHES, [SEARCH, odd, SEARCH])
    assert {0, 2} <= set(columns.positions.tolist())


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"Inf", b"1e400", b"-1e400", b"1e308", b"-0.0"])
def test_numbers_that_json_does_not_know_are_refused(number: bytes) -> None:
    odd = [SEARCH.replace(b"0.5", number), SEARCH.replace(b'"latency_ms":1.5', b'"latency_ms":' + number)]
    columns = agree(SEARCHES, [SEARCH, *odd, SEARCH])
    assert np.isfinite([row["latency_ms"] for row in columns.table.to_pylist()]).all()
    assert {0, 3} <= set(columns.positions.tolist())


@pytest.mark.parametrize(
    "doubled",
    [
        SEARCH.replace(b'"query":"q"', b'"query":"q","query":"r"'),
        SEARCH.replace(b'"rank":1', b'"rank":1,"rank":1'),
        SEARCH.replace(b'"query":"q"', b'"query":"q","qu\\u0065ry":"r"'),
    ],
)
def test_a_field_that_stands_twice_is_refused_because_readers_differ(doubled: bytes) -> None:
    columns = agree(SEARCHES, [SEARCH, doubled, SEARCH])
    assert columns.positions.tolist() == [0, 2]
    assert "stands twice" in columns.rejected[0][1].reason


def test_a_topic_of_several_event_types_is_not_read_this_way() -> None:
    assert len(DOCUMENTS.events) > 1


@pytest.mark.parametrize("odd", [POISON.index(None), POISON.index(b"{nope}"), POISON.index(_with(colour="red"))])
def test_an_odd_event_costs_one_decoding_and_an_absent_default_none(odd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from schemas import columnar

    asked: list[bytes | None] = []

    def counting(
        topic: Topic, key: bytes | None, value: bytes | None, now: datetime, tenants: Collection[str]
    ) -> object:
        asked.append(value)
        return accept(topic, key, value, now, tenants)

    monkeypatch.setattr(columnar, "accept", counting)
    values: list[bytes | None] = [GOOD, _with(schema_version=...), _with(type=..., dwell_seconds=...)] * 1_000
    values[1_500] = POISON[odd]
    assert len(agree(CLICKS, values).table) == 2_999
    assert asked == [POISON[odd]]


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.integers(0, 999), st.sampled_from(POISON), max_size=9))
def test_odd_events_anywhere_in_a_long_batch(odd: dict[int, bytes | None]) -> None:
    agree(CLICKS, [odd.get(i, GOOD) for i in range(1_000)])


@settings(deadline=None)
@given(st.lists(st.binary() | st.none() | st.just(GOOD) | st.sampled_from(POISON), max_size=12))
def test_no_bytes_whatever_make_a_difference(values: list[bytes | None]) -> None:
    agree(CLICKS, values)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.binary(max_size=4), st.integers(0, len(GOOD)))
def test_cut_and_spliced_events(start: int, end: int, inserted: bytes, cut: int) -> None:
    spliced = GOOD[:start] + inserted + GOOD[end:]
    agree(CLICKS, [GOOD[:cut], spliced, GOOD[cut:], GOOD])
