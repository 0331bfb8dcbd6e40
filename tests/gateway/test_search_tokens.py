"""Search tokens: what went in comes out, until it is over, and nothing that was changed does."""

from datetime import timedelta

import pytest

from gateway.answers import Answered
from gateway.search_tokens import SearchTokens, Shown
from tests.gateway.world import NOW

SHOWN = Shown("acme", "ana", "s-1", "naïve query", ("a", "b/c", "日本"), NOW)
TOKENS = SearchTokens(b"k" * 32, timedelta(hours=24))


def test_what_was_shown_comes_back() -> None:
    assert TOKENS.read(TOKENS.make(SHOWN), NOW) == SHOWN


def test_a_token_holds_as_long_as_it_is_said() -> None:
    token = TOKENS.make(SHOWN)
    assert TOKENS.read(token, NOW + timedelta(hours=24)) == SHOWN
    with pytest.raises(Answered, match="over"):
        TOKENS.read(token, NOW + timedelta(hours=24, milliseconds=1))


def test_no_character_can_be_changed() -> None:
    token = TOKENS.make(SHOWN)
    for at in range(len(token) - 1):  # the last one carries bits that say nothing
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(Answered):
            TOKENS.read(changed, NOW)


@pytest.mark.parametrize("token", ["", "x", "====", "A" * 40, "é" * 20, "A" * 100_000, "../../etc", "\ud800"])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(Answered):
        TOKENS.read(token, NOW)


def test_another_installation_s_token_is_refused() -> None:
    with pytest.raises(Answered, match="not one of this installation's"):
        SearchTokens(b"o" * 32, timedelta(hours=24)).read(TOKENS.make(SHOWN), NOW)
