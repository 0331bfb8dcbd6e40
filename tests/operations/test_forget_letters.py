"""Whose a dead letter is, and which of them name somebody; the whole of it is tried in `test_forget.py`."""

import pytest

from operations.forget_letters import note_letters, owner_of
from tests.operations.letters import Letters


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (b"acme\x1fana", b"\xff", True),
        (b"acme2\x1fana", b"\xff", None),
        (b"", b'{"tenant": "acme"}', True),
        (b"", b'{\\"tenant\\":\\"acme\\"}', True),
        (b"", b"tenant=acme&x", True),
        (b"", b'{"tenant": "acme2"}', None),
        (b"", b'{"tenant": ""}', False),
        (b"", b"no tenant here", False),
        (b"other\x1fana", b'{"tenant": "acme"}', True),
    ],
)
def test_whose_a_dead_letter_is(key: bytes, value: bytes, expected: bool | None) -> None:
    assert owner_of(key, value, "acme") is expected


def test_letters_are_read_in_portions_and_each_once() -> None:
    letters = Letters(
        [(b"acme\x1fana", b"x")] + [(b"", b'{"tenant":"acme","u":"ANA"}')] * 250 + [(b"acme\x1fben", b"")] * 250
        + [(b"", b"who=ana")] * 3 + [(b"other\x1fana", b"")]
    )  # fmt: skip
    assert note_letters(letters, "acme", "ana", strays=False) == 3
    assert letters.noted == list(range(251))
    letters.noted.clear()
    assert note_letters(letters, "acme", "ana", strays=True) == 0
    assert letters.noted == [*range(251), 501, 502, 503]
