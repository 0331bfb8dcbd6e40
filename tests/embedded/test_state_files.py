"""The home's files: private, replaced in one step, and refused where the stack would have no room."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from embedded import state_files
from stores.errors import Misconfigured


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_is_private_also_when_it_was_open_before(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "data" / "redis").mkdir(parents=True)
    (home / "data" / "redis" / "appendonly.aof").write_text("documents")
    (home / "data" / "run.sh").write_text("")
    (home / "data" / "run.sh").chmod(0o755)
    (home / "data" / "link").symlink_to(tmp_path)
    home.chmod(0o755)
    old = os.umask(0o022)
    try:
        state_files.prepare(home)
        state_files.write(home / "a.json", {"a": 1})
    finally:
        assert os.umask(old) == 0o022, "the caller's own files are its own affair"
    assert {mode(home), mode(home / "data"), mode(home / "logs"), mode(home / "data" / "run.sh")} == {0o700}
    assert {mode(home / "data" / "redis" / "appendonly.aof"), mode(home / "a.json")} == {0o600}
    assert mode(tmp_path) & 0o777 == mode(tmp_path), "what a link points at is left alone"
    assert state_files.read(home / "a.json") == {"a": 1}


def test_a_file_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state_files.write(tmp_path / "a.json", {"a": 1})
    monkeypatch.setattr(Path, "replace", lambda self, target: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(Misconfigured, match=r"a\.json cannot be written .*disk full"):
        state_files.write(tmp_path / "a.json", {"a": 2})
    assert state_files.read(tmp_path / "a.json") == {"a": 1}


@pytest.mark.parametrize("free", [0, 100, state_files.FREE_MIB - 1])
def test_a_disk_with_too_little_room_is_named_with_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free << 20))
    words = rf"the disk of {tmp_path}/home has {free} MiB left, the stack needs {state_files.FREE_MIB} MiB"
    with pytest.raises(Misconfigured, match=words):
        state_files.prepare(tmp_path / "home")


def test_up_on_a_small_disk_says_so_in_words(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(disk)], check=False)
    code = "import sys; from console.cli import main; sys.argv[0] = 'tidewheel'; main()"
    if mounted.returncode:  # no root: a disk that only says that it is small
        code = f"import shutil, types; shutil.disk_usage = lambda p: types.SimpleNamespace(free=100 << 20); {code}"
    try:
        up = subprocess.run(
            [sys.executable, "-c", code, "--home", str(disk / "home"), "up", "-d"],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert up.returncode == 2
        assert f"the disk of {disk}/home has" in up.stderr
        assert "MiB left, the stack needs 512 MiB" in up.stderr
        assert "Traceback" not in up.stderr
        assert not (disk / "home" / state_files.STACK).exists()
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(disk)], check=True)


def test_the_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    assert state_files.holder(tmp_path) is None
    with state_files.locked(tmp_path):
        held = state_files.holder(tmp_path)
        assert held is not None
        assert held["pid"] > 1
        with pytest.raises(Misconfigured, match=f"process {held['pid']}, since 20"), state_files.locked(tmp_path):
            pass
    assert state_files.holder(tmp_path) is None
