"""Sessions: random names, two ends by the clock, and one by the registry."""

from datetime import UTC, datetime, timedelta

import pytest

from console.web import sessions
from console.web.sessions import IDLE, WHOLE, Sessions
from stores import keys
from stores.errors import Refused
from stores.keys import Key
from stores.rights import EVERY, Right
from stores.trusted import TrustedKey

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
KEY = keys.generate()
SECOND = timedelta(seconds=1)


def ana(key: Key) -> TrustedKey:
    return TrustedKey(name="ana", public="")


def test_a_session_is_found_by_its_name_and_by_no_other() -> None:
    some = Sessions(ana)
    first, second = some.open(KEY, NOW), some.open(KEY, NOW)
    assert first != second
    one, other = some.find(first, NOW), some.find(second, NOW)
    assert one is not None
    assert other is not None
    assert (one.operator, one.key) == ("ana", KEY)
    assert one.csrf != other.csrf
    assert len(first) >= 40
    assert [some.find(name, NOW) for name in ("", first[:-1], first + "x", "\udce4")] == [None] * 4


def test_it_ends_when_nobody_asks_and_when_its_whole_time_is_over() -> None:
    some = Sessions(ana)
    idle, busy = some.open(KEY, NOW), some.open(KEY, NOW)
    at = NOW
    while at + IDLE / 2 <= NOW + WHOLE:
        at += IDLE / 2
        assert some.find(busy, at) is not None
    assert some.find(idle, at) is None
    assert some.find(busy, NOW + WHOLE + SECOND) is None


def test_a_page_that_asks_by_itself_keeps_no_session_open() -> None:
    some = Sessions(ana)
    name, at = some.open(KEY, NOW), NOW
    while at < NOW + IDLE:
        at += IDLE / 4
        assert some.find(name, at, by_itself=True) is not None
    assert some.find(name, at + SECOND, by_itself=True) is None


def test_it_ends_by_hand_and_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = True

    def holder(key: Key) -> TrustedKey:
        if not trusted:
            raise Refused("revoked")
        return ana(key)

    some = Sessions(holder)
    closed, revoked = some.open(KEY, NOW), some.open(KEY, NOW)
    some.close(closed)
    some.close("none")
    assert some.find(closed, NOW) is None
    trusted = False
    with pytest.raises(Refused):
        some.find(revoked, NOW)
    trusted = True
    assert some.find(revoked, NOW) is None, "what was revoked once does not come back by itself"
    trusted = False
    with pytest.raises(Refused):
        some.open(KEY, NOW)


def test_there_are_not_endlessly_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    some = Sessions(ana)
    names = [some.open(KEY, NOW + n * SECOND) for n in range(3)]
    assert [some.find(name, NOW + 4 * SECOND) is not None for name in names] == [False, True, True]


def test_what_was_done_is_told_once_and_no_key_is_shown() -> None:
    some = Sessions(ana)
    session = some.find(some.open(KEY, NOW), NOW)
    assert session is not None
    session.note = "done"
    assert [session.take_note(), session.take_note()] == ["done", ""]
    assert session.csrf not in repr(session)
    assert "Ed25519" not in repr(session)


def test_its_rights_are_those_that_the_key_has_now() -> None:
    may: tuple[Right, ...] | None = None
    some = Sessions(lambda key: TrustedKey(name="ana", public="", may=may))
    name = some.open(KEY, NOW)
    session = some.find(name, NOW)
    assert session is not None
    assert session.may == EVERY
    may = (Right.DRIFT,)
    again = some.find(name, NOW)
    assert again is not None
    assert again.may == {Right.DRIFT}
