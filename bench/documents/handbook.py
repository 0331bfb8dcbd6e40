"""The changes of a real handbook, one after another, and what its documents are after the last of them.

Nine years of the 18F handbook (public domain): each change has a path, what was done to it and the whole text as it was
then; a document is the text below its front matter, under the title that the front matter, or else a heading, gives.
"""

import json
import lzma
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.sender import Record
from schemas.codec import encode
from schemas.documents import EVERYONE, DocumentChange, DocumentDeleted, DocumentRenamed, DocumentUpserted
from schemas.topics import DOCUMENTS, key_of
from stores.errors import Misconfigured

_VERSIONS, _CORPUS = "versions.jsonl.xz", "corpus.jsonl"
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\s*?(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:\s*(.+?)\s*$", re.MULTILINE)
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one path: made, changed, or come from another (`former`); without a text it is deleted."""

    path: str
    former: str | None
    text: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Final:
    """What a document is after all changes: its title, its text, and the number of the change that made it so."""

    title: str
    body: str
    version: int


def changes(data: Path) -> list[Change]:
    """Read all changes in their order. Raises `Misconfigured` when they are not there."""
    with lzma.open(_file(data, _VERSIONS), "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Change(
            row["path"], row["from"] if row["op"] == "R" else None, row["text"], datetime.fromtimestamp(row["ts"], UTC)
        )
        for row in sorted(rows, key=lambda row: row["n"])
    ]


def _change(row: dict[str, Any]) -> Change:
    former = row["from"] if row["op"] == "R" else None
    return Change(row["path"], former, row["text"], datetime.fromtimestamp(row["ts"], UTC))


def last_corpus(data: Path, versions: Mapping[str, int]) -> dict[str, Final]:
    """Read what was published after the last change, which no replay made; `versions` numbers its changes by path."""
    with _file(data, _CORPUS).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["id"]: Final(row["title"], row["text"].strip(), versions[row["id"]]) for row in rows}


def replayed(known: Sequence[Change]) -> dict[str, Final]:
    """Return the documents after these changes, which are numbered from 1. Pure."""
    there: dict[str, Final] = {}
    for number, change in enumerate(known, 1):
        if change.former:
            there.pop(change.former, None)
        if change.text is None:
            there.pop(change.path, None)
        else:
            there[change.path] = Final(*document(change.path, change.text), number)
    return there


def named(known: Sequence[Change]) -> list[str]:
    """Return every document that these changes name. Pure."""
    return sorted({name for change in known for name in (change.path, change.former) if name})


def document(path: str, text: str) -> tuple[str, str]:
    """Return title and body of a file. Pure."""
    front = _FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    named = _TITLE.search(front[1]) if front else None
    title = named[1].strip("\"'") if named else heading[1] if (heading := _HEADING.search(body)) else Path(path).stem
    return title, body.strip()


def records(tenant: str, change: Change, number: int) -> list[Record]:
    """Return the events of a change, whose number is the version of each."""
    return [(DOCUMENTS.name, key_of(event), encode(event)) for event in _events(tenant, change, number)]


def _events(tenant: str, change: Change, number: int) -> list[DocumentChange]:
    if change.text is None:
        return [
            DocumentDeleted(
                event_id=f"deleted-{number}", tenant=tenant, occurred_at=change.at, document=change.path, version=number
            )
        ]
    title, body = document(change.path, change.text)
    upserted = DocumentUpserted(
        event_id=f"upserted-{number}", tenant=tenant, occurred_at=change.at, document=change.path, version=number,
        app="handbook", title=title, body=body, acl=(EVERYONE,), updated_at=change.at,
    )  # fmt: skip
    if not change.former:
        return [upserted]
    renamed = DocumentRenamed(
        event_id=f"renamed-{number}", tenant=tenant, occurred_at=change.at, document=change.former, version=number,
        renamed_to=change.path,
    )  # fmt: skip
    return [renamed, upserted]


def _file(data: Path, name: str) -> Path:
    if not (data / name).is_file():
        raise Misconfigured(f"the handbook's changes are not there: no {data / name}; give their directory by --data")
    return data / name
