"""Changes of a handbook as events, and what its documents are in the end."""

import json
import lzma
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.documents.handbook import Change, Final, changes, document, last_corpus, named, records, replayed
from schemas.codec import decode
from schemas.documents import DocumentUpserted
from schemas.topics import DOCUMENTS
from stores.errors import Misconfigured
from tests.bench.documents.library import written

AT = datetime(2020, 1, 1, tzinfo=UTC)
MADE, CHANGED, RENAMED, DELETED = (
    Change("a.md", None, "# One\nText.", AT),
    Change("a.md", None, "# Two\nText.", AT),
    Change("b.md", "a.md", "Other text.", AT),
    Change("b.md", None, None, AT),
)


def test_the_last_change_of_a_document_is_what_it_is() -> None:
    assert replayed([MADE, CHANGED]) == {"a.md": Final("Two", "# Two\nText.", 2)}
    assert replayed([MADE, RENAMED]) == {"b.md": Final("b", "Other text.", 2)}
    assert replayed([MADE, RENAMED, DELETED]) == {}
    assert named([MADE, RENAMED, DELETED]) == ["a.md", "b.md"]


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("---\ntitle: 'Leave'\ntags: x\n---\n\nTen days.\n", "Leave", "Ten days."),
        ("---\ntitle:\n  Long leave\n---\n# Other\nTen.", "Long leave", "# Other\nTen."),
        ("---\ntags: x\n---\n# Heading\nTen.", "Heading", "# Heading\nTen."),
        ("Ten days.\n---\nmore", "leave", "Ten days.\n---\nmore"),
    ],
)
def test_front_matter_gives_the_title_and_is_no_text(text: str, title: str, body: str) -> None:
    assert document("pages/leave.md", text) == (title, body)


def test_a_change_is_an_event_and_a_new_name_two() -> None:
    def kinds(change: Change) -> list[str]:
        return [json.loads(value)["type"] for _, _, value in records("t", change, 7) if value]

    assert kinds(MADE) == ["DocumentUpserted"]
    assert kinds(RENAMED) == ["DocumentRenamed", "DocumentUpserted"]
    assert kinds(DELETED) == ["DocumentDeleted"]
    _, key, value = records("t", CHANGED, 7)[0]
    event = decode(DOCUMENTS, key, value, AT)
    assert isinstance(event, DocumentUpserted)
    assert (event.document, event.version, event.title) == ("a.md", 7, "Two")


def test_changes_come_in_their_order_and_the_published_end_is_read(tmp_path: Path) -> None:
    written(tmp_path, [("a.md", None, "one"), ("b.md", "a.md", "two"), ("c.md", None, "three"), ("c.md", None, None)])
    known = changes(tmp_path)
    assert [(one.path, one.former, one.text) for one in known] == [
        ("a.md", None, "one"), ("b.md", "a.md", "two"), ("c.md", None, "three"), ("c.md", None, None),
    ]  # fmt: skip
    assert last_corpus(tmp_path, {"b.md": 2}) == replayed(known) == {"b.md": Final("b", "two", 2)}


def test_data_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"versions\.jsonl\.xz; give their directory by --data"):
        changes(tmp_path)
    with lzma.open(tmp_path / "versions.jsonl.xz", "wt") as empty:
        empty.write("")
    with pytest.raises(Misconfigured, match=r"corpus\.jsonl"):
        last_corpus(tmp_path, {})
