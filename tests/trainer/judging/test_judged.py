import pytest

from tests.trainer.build import START
from trainer.data.split import Query
from trainer.judging.judged import Judged, change, guard, judged_among, outranked

KNOWN = dict.fromkeys(("a", "b", "c"))


def test_grades_end_at_one_and_what_is_unknown_or_worthless_is_left_out() -> None:
    found = guard({"paid leave": {"a": 3.0, "b": 1.5, "c": 0.0, "gone": 9.0}, "nothing": {"gone": 1.0}}, KNOWN, 0.75)
    assert [(one.text, dict(one.relevant)) for one in found] == [("paid leave", {"a": 1.0, "b": 0.5})]


def test_nearly_the_same_queries_are_one_group() -> None:
    found = guard({text: {"a": 1.0} for text in ("paid leave", "leave paid", "parking")}, KNOWN, 0.75)
    groups = {one.text: one.group for one in found}
    assert groups["paid leave"] == groups["leave paid"] != groups["parking"]


def test_people_outrank_clicks_on_the_same_query_with_documents_that_may_judge() -> None:
    asked = tuple(Query(text, {"a": 1.0}, n, False, 1, START) for n, text in enumerate(("Paid leave", "parking", "x")))
    judged = {"paid  leave": {"b": 2.0, "c": 1.0}, "parking": {"c": 1.0}}
    found = outranked(asked, judged, frozenset({"a", "b"}))
    assert [dict(one.relevant) for one in found] == [{"b": 1.0}, {"a": 1.0}, {"a": 1.0}]
    assert judged_among(asked, judged, frozenset({"a", "b"})) == {0}


def test_what_people_call_worthless_is_no_answer_whoever_clicked_on_it() -> None:
    both = Query("both", {"a": 1.0, "b": 0.5}, 0, False, 2, START)
    asked = (both, Query("only", {"a": 1.0}, 1, False, 1, START), Query("other", {"c": 1.0}, 2, False, 1, START))
    judged = {"both": {"a": 0.0}, "Only": {"a": 0.0}, "other": {"gone": 0.0}}
    found = outranked(asked, judged, frozenset({"a", "b", "c"}))
    assert [(one.text, dict(one.relevant)) for one in found] == [("both", {"b": 0.5}), ("other", {"c": 1.0})]
    assert judged_among(found, judged, frozenset({"a", "b", "c"})) == {0}


def test_one_query_written_in_two_ways_has_the_mean_of_its_grades() -> None:
    asked = (Query("vpn", {"c": 1.0}, 0, False, 1, START),)
    judged = {"VPN": {"a": 3.0, "b": 1.0}, "vpn": {"a": 1.0}}
    (found,) = outranked(asked, judged, frozenset({"a", "b"}))
    assert dict(found.relevant) == {"a": 1.0, "b": 0.5}
    assert [one.text for one in guard(judged, KNOWN, 0.75)] == ["VPN"]


def test_the_change_is_what_the_candidate_gains_by_their_grades() -> None:
    judged = tuple(Judged(f"q{n}", {"a": 1.0}, n) for n in range(20))
    worse = change(judged, [["b", "a"]] * 20, [["a", "b"]] * 20, 0.025, 500, 1)
    assert worse.mean == pytest.approx(0.6309 - 1, abs=1e-3)
    assert worse.high < 0
    assert (worse.queries, worse.groups) == (20, 20)
