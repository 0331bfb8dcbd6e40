"""Whose events are not sent: in every spelling, for all who share a directory, and without a name on the disk."""

from pathlib import Path

import pytest

from operations.spelling import folded as servers_folded
from tidewheel_sdk.suppression import Suppressed, folded


def test_a_person_is_one_in_every_spelling_of_one_tenant() -> None:
    people = Suppressed(None)
    assert not people
    people.add("acme", "Ana@Example.com")
    assert people
    assert people.names("acme", "ana@example.com")
    assert people.names("acme", "ANA%40EXAMPLE.COM")
    assert people.names("acme", "\uff41na@example.com")
    assert not people.names("acme", "ben")
    assert not people.names("acme", None)
    assert not people.names("other", "ana@example.com")


@pytest.mark.parametrize("name", ["Straße", "İ", "ﬁ", "\uff21\uff2e\uff21", "a\u0301"])
def test_spellings_are_the_server_s(name: str) -> None:
    assert folded(name) == servers_folded(name)


def test_it_holds_for_all_who_share_the_directory_and_names_nobody(tmp_path: Path) -> None:
    one, two = Suppressed(tmp_path), Suppressed(tmp_path)
    one.add("acme", "ana")
    two.add("acme", "ben")
    for people in (one, two, Suppressed(tmp_path)):
        assert people.names("acme", "ana")
        assert people.names("acme", "ben")
        assert not people.names("acme", "cem")
    text = (tmp_path / "suppressed").read_text()
    assert "ana" not in text.split()
    assert (tmp_path / "suppressed").stat().st_mode & 0o077 == 0


def test_lists_have_salts_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        Suppressed(tmp_path / name).add("acme", "ana")
    one, two = ((tmp_path / name / "suppressed").read_text().split() for name in ("one", "two"))
    assert not set(one) & set(two)
