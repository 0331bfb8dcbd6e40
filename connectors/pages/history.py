"""What became of each path in a repository's history: there, gone, or renamed; when; and who wrote it last. Pure.

Read is what reached the branch: each commit against its first parent, so that a merge brings what it brings. Of a path
its last fate counts. The formats are those that `connectors.pages.git` asks git for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.instants import of_seconds
from schemas.instants import EPOCH

COMMIT = "\x01"
"""Begins a commit's line: what no path can begin with here, because git writes paths after a status."""


@dataclass(frozen=True, slots=True)
class Fate:
    """The last thing that happened to a path: when, whether it is there after it, and what it was renamed to."""

    at: datetime
    there: bool
    renamed_to: str = ""


def fates(fields: Iterable[str]) -> dict[str, Fate]:
    """Return the fate of every path, from the NUL-separated fields of `git log --name-status -z`, oldest first."""
    found: dict[str, Fate] = {}
    at = EPOCH
    told = iter(fields)
    for field in told:
        word = field.lstrip("\n")
        if word.startswith(COMMIT):
            at = of_seconds(int(word[1:]))
        elif word[:1] == "R":
            former, path = next(told), next(told)
            found[former] = Fate(at, False, path)
            found[path] = Fate(at, True)
        elif word:
            path = next(told)
            found[path] = Fate(at, word[:1] != "D")
    return found


def authors(fields: Iterable[str]) -> dict[str, str]:
    """Return who changed each path last, from the fields of `git log --name-only -z` without merges, newest first."""
    found: dict[str, str] = {}
    author = ""
    for field in fields:
        word = field.lstrip("\n")
        if word.startswith(COMMIT):
            email, _, name = word[1:].partition(COMMIT)
            author = email.strip() or name.strip()
        elif word and author:
            found.setdefault(word, author[:256])
    return found


def gone(found: dict[str, Fate]) -> Iterator[tuple[str, Fate]]:
    """Yield the paths that are no more, with their fate, in the order in which they went."""
    yield from sorted(((path, fate) for path, fate in found.items() if not fate.there), key=lambda pair: pair[1].at)
