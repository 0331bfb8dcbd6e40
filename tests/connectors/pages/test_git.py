"""A real repository, read by git, and nothing in it is run."""

from pathlib import Path

import pytest

from connectors.pages import git, history
from stores.errors import Misconfigured, Poison
from tests.connectors.pages.repositories import Commit, repository


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(
        tmp_path_factory.mktemp("git") / "wiki",
        [
            Commit(1_700_000_000, "ana", {"docs/a.md": "alpha\n" * 20, "b.md": "beta", "code.py": "x = 1"}),
            Commit(1_700_000_100, "ben", {"docs/gone.md": "soon"}, [("docs/a.md", "docs/ü new.md")]),
            Commit(1_700_000_200, "ana", {"docs/gone.md": None, "b.md": "beta two"}),
        ],
    )


def read(directory: Path) -> git.Repository:
    found = git.repository(directory)
    assert found is not None
    return found


def test_files_are_those_of_the_last_commit_with_their_bytes(made: Path) -> None:
    (made / "b.md").write_text("not committed")
    files = read(made).files()
    assert sorted(files) == ["b.md", "code.py", "docs/ü new.md"]
    assert list(read(made).contents([files["b.md"], files["code.py"]], 99)) == [b"beta two", b"x = 1"]


def test_a_file_of_too_many_bytes_is_passed_over(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_CHUNK", 7)
    files = read(made).files()
    oids = [files["docs/ü new.md"], files["code.py"], files["b.md"]]
    assert list(read(made).contents(oids, 5)) == [None, b"x = 1", None]
    assert list(read(made).contents(oids, 120)) == [b"alpha\n" * 20, b"x = 1", b"beta two"]


def test_history_has_renames_and_deletions_of_pages(made: Path) -> None:
    found = history.fates(read(made).history())
    assert found["docs/a.md"].renamed_to == "docs/ü new.md"
    assert not found["docs/gone.md"].there
    assert "code.py" not in found
    assert history.authors(read(made).writers())["b.md"] == "ana@acme.example"


def test_a_folder_of_a_repository_is_read_as_if_it_were_all(made: Path) -> None:
    part = read(made / "docs")
    assert sorted(part.files()) == ["ü new.md"]
    assert history.fates(part.history())["a.md"].renamed_to == "ü new.md"


def test_what_is_no_repository_is_none_and_a_missing_object_is_said(made: Path, tmp_path: Path) -> None:
    assert git.repository(tmp_path) is None
    with pytest.raises(Poison, match="git has no file"):
        list(read(made).contents(["0" * 40], 99))


def test_no_program_of_the_repository_is_run(made: Path, tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\n")
    script.chmod(0o755)
    with (made / ".git" / "config").open("a") as config:
        config.write(
            f'[core]\n fsmonitor = "{script}"\n[diff]\n external = "{script}"\n[diff "x"]\n textconv = "{script}"\n'
        )
    (made / ".git" / "info").mkdir(exist_ok=True)
    (made / ".git" / "info" / "attributes").write_text("*.md diff=x filter=x\n")
    repo = read(made)
    assert list(repo.history())
    assert list(repo.contents(list(repo.files().values()), 999))
    assert not trap.exists()


def test_without_git_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured, match="git is not installed"):
        git.repository(tmp_path)
