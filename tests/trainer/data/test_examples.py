from random import Random

import pytest

from tests.trainer.build import document, documents, pair
from trainer.data.examples import CleaningRules, Example, build

RULES = CleaningRules()
DOCS = documents("d1", "d2", "d3")


def only(*rows: object, **more: object) -> Example:
    (found,) = build(rows, DOCS, RULES).kept  # type: ignore[arg-type]  # pairs, made by `pair`
    return found


def test_signals_of_one_label_are_merged_and_their_weights_add_up() -> None:
    found = only(pair("Reset VPN", "d1", 1.0, day=1), pair("reset vpn?", "d1", 0.5, day=3))
    assert (found.anchor, found.weight, len(found.pairs)) == ("Reset VPN", 1.5, 2)
    assert (found.first_at.day, found.last_at.day) == (2, 4)


def test_one_signal_is_never_louder_than_the_bound() -> None:
    assert only(pair("q", "d1", 5.0)).weight == RULES.loudest


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [pair(f"q{n % 4}", f"d{n % 3 + 1}", 1 + n % 2, day=n) for n in range(30)]
    shuffled = rows[:]
    Random(4).shuffle(shuffled)
    assert build(rows, DOCS, RULES) == build(shuffled, DOCS, RULES)


def test_a_title_is_left_out_of_the_text_that_it_should_find() -> None:
    own = only(pair("", "d1", kind="title_body", anchor_document="d1"))
    assert (own.anchor, own.text) == ("Title of d1", DOCS["d1"].body)
    typed = only(pair("title of d1", "d1"))
    assert typed.text == DOCS["d1"].body
    other = only(pair("something", "d1"))
    assert other.text == f"Title of d1\n{DOCS['d1'].body}"


def test_the_anchor_of_another_document_is_its_title() -> None:
    assert only(pair("", "d1", kind="co_access", anchor_document="d2")).anchor == "Title of d2"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([pair("q", "gone")], "document is gone"),
        ([pair("?!", "d1")], "anchor has no words"),
        ([pair("", "d1", kind="co_access", anchor_document="gone")], "anchor has no words"),
        ([pair("", "d1", kind="linked_titles", anchor_document="d1")], "anchor is the document itself"),
        ([pair("q", "short")], "document has too few words"),
        ([pair("q", "d1", 1.0), pair("q", "d1", -0.7)], "people contradict each other"),
        ([pair("here", f"d{n}") for n in range(11)], "anchor leads to too many documents"),
    ],
)
def test_what_teaches_nothing_is_dropped_and_counted(rows: list[object], reason: str) -> None:
    known = {f"d{n}": document(f"d{n}") for n in range(11)} | {"short": document("short", "a", "b")}
    found = build(rows, known, RULES)  # type: ignore[arg-type]  # pairs, made by `pair`
    assert found.kept == ()
    assert found.dropped == {reason: len(rows)}


def test_faint_labels_beside_a_strong_one_are_dropped_but_known() -> None:
    found = build([pair("q", "d1"), pair("q", "d1"), pair("q", "d1"), pair("q", "d2")], DOCS, RULES)
    assert [example.document for example in found.kept] == ["d1"]
    assert found.known == {("q", "d1"), ("q", "d2")}


def test_what_people_reject_is_told_apart_from_what_they_approve() -> None:
    found = build([pair("q", "d1", -1.0, kind="reaction"), pair("q", "d2")], DOCS, RULES)
    assert found.rejected == {("q", "d1")}
    assert [example.document for example in found.kept] == ["d2"]
    assert found.known == {("q", "d2")}


def test_a_small_doubt_only_lowers_the_weight() -> None:
    assert only(pair("q", "d1", 2.0), pair("q", "d1", -0.5)).weight == 1.5
