"""Signals as they come when something is wrong with those who send them: a result or nothing, and nothing else lost."""

import pytest

from tests.trainer.build import document, documents, example, pair
from trainer.data.examples import CleaningRules, build
from trainer.data.hold_out import HoldOut, Key
from trainer.data.near_copies import near_copies
from trainer.data.split import LARGE, SplitRules, split
from trainer.learning.row_rules import damped

RULES = CleaningRules()


def test_a_bot_that_asks_one_thing_ten_thousand_times_teaches_one_lesson_of_bounded_weight() -> None:
    known = documents(*(f"d{n}" for n in range(40)))
    rows = [pair("buy now", "d0", pair=f"bot-{n}") for n in range(10_000)]
    rows += [pair(f"question {n}", f"d{n}") for n in range(1, 40)]
    kept = build(rows, known, RULES).kept
    assert len(kept) == 40
    weights = dict(zip((one.anchor for one in kept), damped([one.weight for one in kept]), strict=True))
    assert max(weights.values()) == weights["buy now"] <= 5.0


def test_a_document_that_is_clicked_for_everything_judges_nothing() -> None:
    known = documents(*(f"d{n}" for n in range(80)))
    asked = [example(f"everything about subject{n}", "d0", day=n) for n in range(60)]
    asked += [example(f"special need number{n} of topic{n}", f"d{n}", day=n) for n in range(1, 80)]
    rules = SplitRules()
    found = split(asked, near_copies(known.values(), 0.8), rules, HoldOut.over(Key(b"k"), known.values()))
    assert found.test, "the others still judge"
    assert not any("d0" in query.relevant for query in (*found.test, *found.validation))
    assert LARGE not in found.unused(), "it teaches"


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("Wie beantrage ich Elternzeit?", "Die Elternzeit wird bei der Personalabteilung beantragt."),
        ("\u6771\u4eac\u306e\u5929\u6c17", "\u6771\u4eac \u306e \u5929\u6c17 \u306f \u6674\u308c \u3067\u3059"),
        ("\u043a\u0430\u043a", "\u043e\u0442\u0434\u0435\u043b \u043a\u0430\u0434\u0440\u043e\u0432 \u0442\u0443"),
    ],
)  # fmt: skip
def test_other_languages_teach_like_english(query: str, body: str) -> None:
    (found,) = build([pair(query, "d1")], {"d1": document("d1", body)}, RULES).kept
    assert found.anchor == query


def test_a_hundred_thousand_words_are_one_document_and_its_copy_is_found() -> None:
    long = " ".join(f"word{n % 9_973}" for n in range(100_000))
    known = {"long": document("long", long, "T"), "copy": document("copy", f"{long} end", "T"), "d": document("d")}
    copies = near_copies(known.values(), 0.8)
    assert copies["long"] == copies["copy"] != copies["d"]
    assert len(build([pair("where is it", "long")], known, RULES).kept) == 1


def test_without_any_signal_there_is_nothing_and_no_fault() -> None:
    assert build([], {}, RULES).kept == ()
    assert split([], {}, SplitRules(), HoldOut.over(Key(b"k"), [])).test == ()
