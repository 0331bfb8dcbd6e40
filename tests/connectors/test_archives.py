"""A directory and a zip file read alike, bounded, and never beyond themselves."""

import zipfile
from pathlib import Path

import pytest

from connectors.archives import Unreadable, below, opened
from stores.errors import Misconfigured, Poison

FILES = {"a.md": b"one", "sub/b.md": b"two"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / name).write_bytes(content)
    return tmp_path / "x"


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def test_both_have_the_same_names_and_bytes(folder: Path, tmp_path: Path) -> None:
    for path in (folder, zipped(tmp_path / "x.zip", FILES)):
        with opened(path) as archive:
            assert {name: archive.read(name) for name in archive.names()} == FILES
            assert archive.changed("a.md").year >= 1980


def test_hidden_folders_and_links_that_lead_out_are_not_read(folder: Path, tmp_path: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "c.md").write_text("x")
    (tmp_path / "secret.md").write_text("secret")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    with opened(folder) as archive:
        assert archive.names() == sorted(FILES)


def test_more_than_the_bound_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "x.zip", {"bomb.md": b"0" * 1_000_000})
    with opened(bomb) as archive, pytest.raises(Unreadable, match="more than 1,000 bytes"):
        archive.read("bomb.md", 1_000)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.md", b"some text")
    path.write_bytes(path.read_bytes().replace(b"some text", b"some tezt"))
    with opened(path) as archive, pytest.raises(Unreadable, match=r"a\.md: damaged"):
        archive.read("a.md")


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    (tmp_path / "half.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(Misconfigured, match="is not there"), opened(tmp_path / "none"):
        pass
    with pytest.raises(Poison, match="no whole zip file"), opened(tmp_path / "half.zip"):
        pass


def test_the_folder_of_a_file_is_the_one_that_stands_least_deep(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a/b/users.json": b"", "top/users.json": b"", "users.json.bak": b""})
    with opened(path) as archive:
        assert below(archive, "users.json") == "top/"
        with pytest.raises(Misconfigured, match=r"no channels\.json"):
            below(archive, "channels.json")
