"""Real git repositories made in one go, by `git fast-import`: commits with their files, times and authors."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Commit:
    """A commit: files as they are after it (None: deleted), renames (former, new), and the branch that is merged."""

    at: int
    author: str
    files: Mapping[str, str | bytes | None] = field(default_factory=dict)
    renames: Sequence[tuple[str, str]] = ()
    branch: str = "main"
    begins: str = ""
    merges: str = ""


def repository(path: Path, commits: Sequence[Commit]) -> Path:
    """Make a repository with a working tree of the last commit of `main`."""
    _git(path.parent, "init", "-q", "-b", "main", str(path))
    _git(path, "fast-import", "--quiet", stdin=b"".join(map(_stream, commits)))
    _git(path, "reset", "-q", "--hard", "main")
    return path


def grow(path: Path, commits: Sequence[Commit]) -> None:
    """Add commits to `main`."""
    first, *rest = commits
    begun = Commit(first.at, first.author, first.files, first.renames, begins="refs/heads/main^0")
    _git(path, "fast-import", "--quiet", stdin=b"".join(map(_stream, [begun, *rest])))
    _git(path, "reset", "-q", "--hard", "main")


def _stream(commit: Commit) -> bytes:
    lines = [
        f"commit refs/heads/{commit.branch}\n",
        f"committer {commit.author} <{commit.author}@acme.example> {commit.at} +0000\n",
        "data 1\nx\n",
        f"from {commit.begins}\n" if commit.begins else "",
        f"merge refs/heads/{commit.merges}\n" if commit.merges else "",
        *(f'R "{former}" "{new}"\n' for former, new in commit.renames),
    ]
    parts = ["".join(lines).encode()]
    for name, text in commit.files.items():
        if text is None:
            parts.append(f'D "{name}"\n'.encode())
        else:
            content = text.encode() if isinstance(text, str) else text
            parts.append(f'M 100644 inline "{name}"\ndata {len(content)}\n'.encode() + content + b"\n")
    return b"".join([*parts, b"\n"])


def _git(path: Path, *arguments: str, stdin: bytes = b"") -> None:
    done = subprocess.run(["git", "-C", str(path), *arguments], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
