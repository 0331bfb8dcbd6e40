"""Operators are added, listed and revoked, and a fresh installation has one: whoever started it."""

import getpass
from datetime import timedelta
from pathlib import Path

import pytest

from operations import operators
from stores import keys
from stores.errors import Refused
from tests.stores.keyed import AT, settings_of


def test_an_added_operator_has_a_key_of_their_own_that_only_they_may_read(tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    path = operators.add(where, "sam", AT)
    assert path == tmp_path / "keys" / "operators" / "sam.key"
    assert path.stat().st_mode & 0o777 == 0o600
    (sam,) = operators.listed(where)
    assert (sam.name, sam.key_id, sam.here, sam.revoked_at) == ("sam", keys.read(path).id, True, None)


def test_a_key_that_is_taken_along_stays_nowhere_else(tmp_path: Path) -> None:
    where = settings_of(tmp_path / "home")
    assert operators.add(where, "sam", AT, tmp_path / "sam.key") == tmp_path / "sam.key"
    assert not operators.listed(where)[0].here
    assert not list((tmp_path / "home").rglob("sam.key"))


def test_nothing_is_left_of_an_operator_who_could_not_be_added(tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(Refused, match="exists"):
        operators.add(where, "sam", AT, taken)
    with pytest.raises(Refused, match="service"):
        operators.add(where, "drift", AT)
    assert taken.read_text() == "a file"
    assert operators.listed(where) == [] == keys.operators_here(where)


def test_a_second_key_waits_for_the_end_of_the_first(tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    first = keys.read(operators.add(where, "sam", AT)).id
    with pytest.raises(Refused, match="revoke it first"):
        operators.add(where, "sam", AT, tmp_path / "other.key")
    assert keys.read(tmp_path / "keys" / "operators" / "sam.key").id == first
    assert not (tmp_path / "other.key").exists()
    operators.revoke(where, "sam", AT + timedelta(1))
    second = keys.read(operators.add(where, "sam", AT + timedelta(2))).id
    assert {o.key_id: o.revoked_at is None for o in operators.listed(where)} == {first: False, second: True}


def test_whoever_starts_an_installation_is_its_first_operator_and_nobody_else_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ACME\\sam lee")
    where = settings_of(tmp_path)
    assert operators.ensure_first(where, AT) == "ACME-sam-lee"
    assert operators.ensure_first(where, AT) is None
    operators.revoke(where, "ACME-sam-lee", AT)
    assert operators.ensure_first(where, AT) is None
