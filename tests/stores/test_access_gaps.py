"""A batch that does not follow on what Redis knows of its source: something may have been lost in between."""

import pytest

from stores import access_log
from stores.access_log import Recorded, user_key
from tests.stores.access import NOW, SOURCE, Log


def _one(log: Log, first: int, last: int, repaired: bool = False) -> Recorded:
    return log.log.record(SOURCE, (first, last), NOW, [user_key("acme", "u")], [f"e{last}\x1fd"], [last], repaired)


def test_the_last_offset_of_a_source_tells_what_it_knew(log: Log) -> None:
    result = [_one(log, 0, 41, repaired=True), _one(log, 42, 57), _one(log, 0, 41)]
    assert [recorded.previous_offset for recorded in result] == [None, 41, 57]
    assert log.log.offsets() == {SOURCE: 57}


def test_a_batch_that_does_not_follow_is_refused_until_somebody_has_looked(log: Log) -> None:
    assert _one(log, 0, 41) == Recorded(None, None, [], refused=True), "nothing is known of the source"
    assert log.client.keys(f"{log.tag}:*") == []
    _one(log, 0, 41, repaired=True)
    for _ in range(2):
        assert _one(log, 43, 57) == Recorded(None, 41, [], refused=True)
    assert log.log.offsets() == {SOURCE: 41}
    assert not _one(log, 43, 57, repaired=True).refused
    assert not _one(log, 30, 58).refused
    assert log.log.offsets() == {SOURCE: 58}


def test_what_is_lost_between_two_parts_of_a_batch_is_noticed(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "AT_ONCE", 2)
    _one(log, 0, 3, repaired=True)
    record = log.log._record
    monkeypatch.setattr(log.log, "_record", lambda **sent: (record(**sent), log.client.delete(f"{log.tag}:offsets"))[0])
    assert log.log.record(
        SOURCE, (4, 7), NOW, [user_key("acme", "u")] * 3, ["a\x1fd", "b\x1fd", "c\x1fd"], [1, 2, 3]
    ).refused
