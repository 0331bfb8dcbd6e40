"""Files that are their owner's alone: whole or not at all, for one process at a time, whatever the umask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stores.errors import Misconfigured
from stores.private_files import alone, private_directory, replace


def test_a_file_is_replaced_whole_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    path, before = tmp_path / "keys" / "list", os.umask(0)
    try:
        replace(path, "one")
        replace(path, "two")
    finally:
        os.umask(before)
    assert path.read_text() == "two"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["list"]


def test_what_cannot_be_put_in_its_position_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches one that leaves its half-written file on a full disk, or ends in a traceback."""
    path = tmp_path / "list"
    replace(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Misconfigured, match="list cannot be written"):
        replace(path, "new")
    assert (path.read_text(), [each.name for each in tmp_path.iterdir()]) == ("old", ["list"])


def test_a_directory_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_directory(tmp_path / "a" / "b")
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")} == {0o700}


def test_another_process_waits_until_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "list"
    code = (
        "import sys; from pathlib import Path; from stores.private_files import alone\n"
        "print('asks', flush=True)\n"
        "with alone(Path(sys.argv[1])): print(Path(sys.argv[1]).read_text(), flush=True)"
    )
    with alone(path):
        other = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert other.stdout.readline() == "asks\n"
        path.write_text("written in the block")
    assert other.communicate(timeout=60)[0] == "written in the block\n"


def test_a_lock_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where a directory should be")
    with pytest.raises(Misconfigured, match="cannot be written"), alone(tmp_path / "keys" / "list"):
        pytest.fail("the block runs")
