from dataclasses import replace

import numpy as np
import pytest

from tests.trainer.build import START, document
from trainer.data.split import Query
from trainer.judging.failures import LONG, NEGATION, RARE, SHORT, figures, patterns

PLAIN = "common words stand here " * 20
KNOWN = {
    **{name: document(name, PLAIN, title="common page") for name in ("a", "b", "c")},
    "long": document("long", PLAIN * 30, title="common page"),
    "short": document("short", "common words", title="common page"),
    "odd": document("odd", f"{PLAIN} zyzzyva", title="common page"),
    "message": replace(document("message", f"{PLAIN} here"), searchable=False),
}


def query(text: str, *names: str) -> Query:
    return Query(text, dict.fromkeys(names, 1.0), 0, False, 1, START)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (query("common words", "a"), ()),
        (query("common words without words", "a"), (NEGATION,)),
        (query("words that aren't here", "a"), (NEGATION,)),
        (query("notable words", "a"), ()),
        (query("common zyzzyva", "a"), (RARE,)),
        (query("unheard words", "a"), ()),
        (query("common words", "long"), (LONG,)),
        (query("common words", "long", "a"), ()),
        (query("common words", "short"), (SHORT,)),
        (query("common words", "short", "a"), ()),
        (query("no zyzzyva", "short"), (NEGATION, RARE, SHORT)),
        (query("common words", "gone"), ()),
    ],
)
def test_a_pattern_is_matched_by_rules_that_people_can_read(asked: Query, expected: tuple[str, ...]) -> None:
    assert patterns([asked], KNOWN) == [expected]


def test_a_term_of_many_documents_or_of_a_message_alone_is_not_rare() -> None:
    assert patterns([query("here", "a")], KNOWN) == [()]
    assert patterns([query("quip", "a")], KNOWN | {"m": replace(document("m", "quip"), searchable=False)}) == [()]
    three = KNOWN | {f"q{n}": document(f"q{n}", f"{PLAIN} quip") for n in range(3)}
    assert patterns([query("quip", "a")], three) == [()]
    del three["q0"]
    assert patterns([query("quip", "a")], three) == [(RARE,)]


def test_both_rankings_are_told_on_the_queries_that_match() -> None:
    asked = [query("not common", "a"), query("common", "long"), query("no words", "b"), query("common", "a")]
    found = figures(asked, KNOWN, np.array([0.5, 1.0, 0.1, 0.9]), np.array([0.7, 0.4, 0.3, 0.0]))
    assert found[NEGATION] == {"queries": 2.0, "live": 0.5, "candidate": 0.3, "difference": -0.2}
    assert found[LONG] == {"queries": 1.0, "live": 0.4, "candidate": 1.0, "difference": 0.6}
    assert found[SHORT] == found[RARE] == {"queries": 0.0}
    assert figures([], KNOWN, np.zeros(0), np.zeros(0))[LONG] == {"queries": 0.0}
