"""Limits: whatever is too long is cut to what fits, once and for all, and nothing else is touched."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import limits
from schemas.codec import Rejection, decode
from schemas.limits import clipped
from schemas.topics import TOPIC_OF
from tests.schemas.samples import EXAMPLES, NOW

SAMPLES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_bytes()) for path in EXAMPLES if path.parent.name != "learning"
}
LENGTHS = st.sampled_from([1, 63, 64, 65, 255, 256, 257, 1_999, 2_000, 2_001, 9_000])
TEXT = st.builds(lambda character, length: character * length, st.sampled_from("aä\U0001f44d"), LENGTHS)
MAYBE_ID = st.one_of(
    TEXT, st.sampled_from(["", "a\nb", "\x7f", "\t", "https://e.example/a b?c=d", "x" * 256, "x" * 257])
)
LINK = st.fixed_dictionaries({"target": MAYBE_ID | st.none()}, optional={"anchor": TEXT})
NUMBER = st.integers(-3, 200_000) | st.floats(-1e6, 1e6)
RANK = st.integers(1, 20_000)
MANY = st.sampled_from([1, 2, 99, 100, 101, 250])

ODD: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "DocumentUpserted": {"title": TEXT, "links": st.lists(LINK, max_size=5)},
    "SearchServed": {
        "query": TEXT,
        "latency_ms": NUMBER,
        "results": st.builds(lambda n, r: [{"document": "d", "rank": r}] * n, st.sampled_from([0, 999, 1_001]), RANK),
    },
    "ResultsShown": {
        "impressions": st.builds(lambda n, r: [{"document": "d", "rank": r}] * n, st.sampled_from([1, 1_001]), RANK)
    },
    "DocumentOpened": {
        "dwell_seconds": NUMBER,
        "from_search": st.fixed_dictionaries({"search": st.just("s"), "query": TEXT, "rank": RANK}),
    },
    "CitationOpened": {"question": TEXT},
    "Reacted-answer": {
        "reaction": TEXT,
        "target": st.builds(
            lambda question, n: {"kind": "answer", "answer": "a", "question": question, "cited": ["d"] * n}, TEXT, MANY
        ),
    },
}


@st.composite
def odd_events(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(sorted(ODD)))
    return name.split("-")[0], {**SAMPLES[name], **{field: draw(value) for field, value in ODD[name].items()}}


@given(odd_events())
def test_what_was_cut_is_an_event_and_cutting_it_again_changes_nothing(odd: tuple[str, dict[str, Any]]) -> None:
    kind, event = odd
    before = copy.deepcopy(event)
    fitting, cuts = clipped(event, kind)
    assert event == before, "pure"
    assert clipped(fitting, kind) == (fitting, {})
    decoded = decode(TOPIC_OF[kind], None, json.dumps(fitting).encode(), NOW)
    assert not isinstance(decoded, Rejection), decoded
    assert bool(cuts) == (fitting != event)
    assert isinstance(fitting, dict)
    assert {name: value for name, value in fitting.items() if name not in ODD_FIELDS} == {
        name: value for name, value in event.items() if name not in ODD_FIELDS
    }
    assert decoded == decode(TOPIC_OF[kind], None, json.dumps(event).encode(), NOW), "decoding cuts by the same rule"


ODD_FIELDS = {field for fields in ODD.values() for field in fields}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_what_fits_is_given_back_as_it_is(name: str) -> None:
    event = SAMPLES[name]
    fitting, cuts = clipped(event, event["type"])
    assert fitting is event
    assert cuts == {}


@pytest.mark.parametrize(
    ("kind", "odd", "kept", "cuts"),
    [
        ("DocumentOpened", {"dwell_seconds": 172_800.0}, {"dwell_seconds": 86_400.0}, {"dwell_seconds": 1}),
        ("DocumentOpened", {"dwell_seconds": -0.2, "user": "u"}, {"user": "u"}, {"dwell_seconds": 1}),
        ("DocumentOpened", {"from_search": {"query": "q" * 2_001, "rank": 10_001}},
         {"from_search": {"query": "q" * 2_000, "rank": 10_000}}, {"from_search.query": 1, "from_search.rank": 1}),
        ("SearchServed", {"latency_ms": -3}, {}, {"latency_ms": 1}),
        ("SearchServed", {"results": [{"rank": 1}, {"rank": 20_000}, {"rank": 10_001}]},
         {"results": [{"rank": 1}, {"rank": 10_000}, {"rank": 10_000}]}, {"results.rank": 2}),
        ("SearchServed", {"results": [{}] * 1_003}, {"results": [{}] * 1_000}, {"results": 3}),
        ("CitationOpened", {"cited": ["d"] * 100 + ["e", "f"], "document": "f"},
         {"cited": ["d"] * 99 + ["f"], "document": "f"}, {"cited": 2}),
        ("Reacted", {"target": {"question": "q" * 2_001, "cited": ["d"] * 101}},
         {"target": {"question": "q" * 2_000, "cited": ["d"] * 100}}, {"target.question": 1, "target.cited": 1}),
        ("Reacted", {"reaction": "x" * 65}, {"reaction": "x" * 64}, {"reaction": 1}),
        ("DocumentUpserted", {"title": "t" * 2_001, "acl": ["g" * 300]}, {"title": "t" * 2_000, "acl": ["g" * 300]},
         {"title": 1}),
    ],
)  # fmt: skip
def test_what_is_cut_and_how_it_is_counted(
    kind: str, odd: dict[str, Any], kept: dict[str, Any], cuts: dict[str, int]
) -> None:
    assert clipped(odd, kind) == (kept, cuts)


@pytest.mark.parametrize("target", ["x" * 257, "", "a\nb", "a\r\nb", "a\x00", "\x7f", None])
def test_a_link_that_leads_nowhere_goes_and_the_others_stay(target: str | None) -> None:
    good = [{"target": "a", "anchor": "w" * 2_000}, {"target": "x" * 256}]
    odd = {"links": [good[0], {"target": target, "anchor": "words"}, good[1], {"target": "b", "anchor": "w" * 2_001}]}
    assert clipped(odd, "DocumentUpserted") == ({"links": good}, {"links.target": 1, "links.anchor": 1})


def test_the_first_ten_thousand_links_that_lead_somewhere_stay() -> None:
    links = [{"target": ""}, *({"target": f"d{n}"} for n in range(limits.MAX_LINKS + 2))]
    fitting, cuts = clipped({"links": links}, "DocumentUpserted")
    assert (fitting, cuts) == ({"links": links[1:-2]}, {"links.target": 1, "links": 2})


@pytest.mark.parametrize(
    "odd",
    [
        {"dwell_seconds": "long"}, {"dwell_seconds": True}, {"from_search": []}, {"from_search": {"query": 7}},
        {"from_search": {"rank": 0}}, {"dwell_seconds": None},
    ],
)  # fmt: skip
def test_what_is_wrong_is_left_for_validation_to_name(odd: dict[str, Any]) -> None:
    assert clipped(odd, "DocumentOpened") == (odd, {})
    assert clipped([odd], "DocumentOpened") == ([odd], {})
    assert clipped({"links": [7, {"target": 7}]}, "DocumentUpserted") == ({"links": [7, {"target": 7}]}, {})


def test_decisions_are_never_cut() -> None:
    event = {"reason": "r" * 5_000, "query": "q" * 3_000}
    assert clipped(event, "CutoverRefused") == (event, {})
