"""Connections are lent to one request at a time, and those of a failed one are not lent again."""

from pathlib import Path

import pytest

from console.web.wiring import Pool, connect
from tests.stores.keyed import settings_of


def test_connections_are_used_again_but_not_at_once(tmp_path: Path) -> None:
    pool = Pool(settings_of(tmp_path))
    with pool.lent() as first, pool.lent() as second:
        assert first is not second
    with pool.lent() as third:
        assert third in (first, second)
    pool.close()


def test_those_of_a_failed_request_are_closed(tmp_path: Path) -> None:
    pool = Pool(settings_of(tmp_path))
    with pytest.raises(KeyError), pool.lent() as broken:
        raise KeyError
    with pool.lent() as other:
        assert other is not broken


def test_two_installations_on_one_machine_have_cookies_of_their_own(tmp_path: Path) -> None:
    names = {connect(settings_of(tmp_path / home)).cookie for home in ("a", "b")}
    assert len(names) == 2
    assert connect(settings_of(tmp_path / "a")).cookie in names
