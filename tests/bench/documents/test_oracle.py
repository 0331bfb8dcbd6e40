"""What an answer may show: by each document's lists, from when to when."""

import pytest

from bench.documents.oracle import Oracle, Wrong
from schemas.documents import EVERYONE

SALES, LAW = frozenset({"sales"}), frozenset({"law"})


@pytest.fixture
def oracle() -> Oracle:
    """A document that sales and law could see from 10 s on, and that law alone has on its list since 20 s."""
    oracle = Oracle(bound_s=2)
    oracle.sent("d", "e1", 1, SALES | LAW, at=9)
    oracle.stored("e1", at=10)
    oracle.sent("d", "e2", 2, LAW, at=19)
    oracle.stored("e2", at=20)
    return oracle


def test_a_list_holds_after_the_bound_and_not_before(oracle: Oracle) -> None:
    assert oracle.judge("d", SALES, began=15, ended=15.1) is None
    assert oracle.judge("d", SALES, began=21.9, ended=30) is None
    assert oracle.judge("d", SALES, began=22.1, ended=22.2) is Wrong.LEAKED
    assert oracle.judge("d", LAW, began=22.1, ended=22.2) is None
    assert oracle.judge("d", frozenset(), began=15, ended=15.1) is Wrong.LEAKED


def test_a_change_under_way_may_be_followed_but_not_one_that_is_yet_to_come(oracle: Oracle) -> None:
    oracle.sent("d", "e3", 3, SALES, at=40)
    assert oracle.judge("d", SALES, began=39, ended=39.9) is Wrong.LEAKED
    assert oracle.judge("d", SALES, began=39, ended=40.1) is None
    assert oracle.judge("d", LAW, began=1_000, ended=1_001) is None, "it was never stored"


def test_everybody_is_in_everyone() -> None:
    oracle = Oracle(bound_s=2)
    oracle.sent("d", "e1", 1, frozenset({EVERYONE}), at=0)
    assert oracle.judge("d", frozenset(), began=1, ended=2) is None
    assert oracle.ever_shown("d", frozenset())


def test_a_deletion_that_is_late_is_no_resurrection_and_one_that_was_seen_once_is(oracle: Oracle) -> None:
    oracle.sent("d", "e3", 3, None, at=30)
    oracle.stored("e3", at=31)
    assert oracle.judge("d", LAW, began=32, ended=32.1) is None
    oracle.not_shown("d", began=32.2, ended=32.3)
    assert oracle.judge("d", LAW, began=32.25, ended=33) is None, "both were under way at once"
    assert oracle.judge("d", LAW, began=32.5, ended=32.6) is Wrong.RESURRECTED
    oracle.sent("d", "e4", 4, LAW, at=40)
    assert oracle.judge("d", LAW, began=41, ended=41.1) is None, "it was made again"


def test_a_deletion_holds_after_the_bound(oracle: Oracle) -> None:
    oracle.sent("d", "e3", 3, None, at=30)
    oracle.not_shown("d", began=30.5, ended=30.6)
    oracle.stored("e3", at=31)
    assert oracle.judge("d", LAW, began=32.5, ended=33) is None, "what was not shown before it was stored says nothing"
    assert oracle.judge("d", LAW, began=33.1, ended=33.2) is Wrong.RESURRECTED


def test_what_nobody_sent_is_unknown(oracle: Oracle) -> None:
    assert oracle.judge("other", SALES, began=0, ended=1) is Wrong.UNKNOWN


def test_storing_an_event_stores_those_before_it_and_the_first_time_counts(oracle: Oracle) -> None:
    oracle.sent("d", "e3", 3, SALES, at=30)
    oracle.sent("d", "e4", 4, frozenset(), at=31)
    oracle.stored("e4", at=40)
    oracle.stored("e3", at=90)
    assert oracle.judge("d", SALES, began=42.1, ended=43) is Wrong.LEAKED
    assert not oracle.settled("d", now=41)
    assert oracle.settled("d", now=43)
