"""One-time codes: once, for five minutes, and no key in them."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from operations import operators
from operations.sign_in_codes import DIRECTORY, HOLDS, make, take
from stores import keys
from stores.errors import Misconfigured, Refused
from tests.stores.keyed import AT, settings_of

SECOND = timedelta(seconds=1)


def test_a_code_gives_its_owner_s_key_once(tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    path = operators.add(where, "ana", AT)
    code, other = make(where, path, AT), make(where, path, AT)
    assert code != other
    notes = [*(tmp_path / DIRECTORY).iterdir()]
    assert all(stat.S_IMODE(note.stat().st_mode) == 0o600 for note in notes)
    assert stat.S_IMODE((tmp_path / DIRECTORY).stat().st_mode) == 0o700
    assert not any(code in note.name + note.read_text() or "PRIVATE" in note.read_text() for note in notes)
    assert take(where, code, AT + HOLDS).id == keys.read(path).id
    with pytest.raises(Refused, match="used already"):
        take(where, code, AT)
    with pytest.raises(Refused, match="its time is over"):
        take(where, other, AT + HOLDS + SECOND)
    assert [*(tmp_path / DIRECTORY).iterdir()] == []


@pytest.mark.parametrize("code", ["", "x", "../keys/installation.key", "\udce4"])
def test_what_is_no_code_opens_nothing(tmp_path: Path, code: str) -> None:
    where = settings_of(tmp_path)
    with pytest.raises(Refused):
        take(where, code, AT)
    with pytest.raises(Misconfigured, match="cannot be read"):
        make(where, tmp_path / "none.key", AT)
