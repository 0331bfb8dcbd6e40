"""A document is shown to nobody but by the list of this moment, and in the words that are searched."""

from datetime import UTC, datetime
from typing import Any

import pytest

from operations import shown_document
from operations.shown_document import MOST, plain, read
from stores.access_lists import AccessList, Entries

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ROW: dict[str, Any] = {
    "title": "Leave", "app": "wiki", "body": "# Days", "updated_at": NOW, "acl": ["everyone"], "content_hash": "a",
}  # fmt: skip
OPEN = AccessList("hr/leave", 1, ("everyone",), "a")


class Stored:
    """A warehouse with one row, and whole lists."""

    def __init__(self, row: dict[str, Any] | None, one: AccessList | None) -> None:
        self.row, self.one = row, one

    def query(self, name: str, **_: object) -> list[dict[str, Any]]:
        return [self.row] if name == "document_shown" and self.row else []

    def get(self, tenant: str, documents: list[str]) -> Entries:
        return Entries({self.one.document: self.one} if self.one else {}, True)

    def put(self, tenant: str, lists: list[AccessList]) -> None:
        pass


def shown(row: dict[str, Any] | None, one: AccessList | None, document: str = "hr/leave") -> Any:  # noqa: ANN401
    stored: Any = Stored(row, one)
    return read(stored, stored, "acme", document)


def test_what_is_for_everyone_is_shown_with_its_text() -> None:
    found = shown(ROW, OPEN)
    assert (found.title, found.app, found.text, found.more, found.source) == ("Leave", "wiki", "# Days", False, "")
    long = shown(ROW | {"body": "x" * (MOST + 1)}, OPEN)
    assert (len(long.text), long.more) == (MOST, True)


@pytest.mark.parametrize(
    ("row", "one"),
    [
        (None, OPEN),
        (ROW, None),
        (ROW, AccessList("hr/leave", 2, ("board",), "a")),
        (ROW, AccessList("hr/leave", 2, (), "a")),
        (ROW, AccessList("hr/leave", 2, None)),
        (ROW, AccessList("hr/leave", 2, ("everyone",), "b")),
        (ROW | {"acl": ["board"]}, OPEN),
    ],
    ids=["none", "no list", "withdrawn", "nobody", "gone", "opened with another text", "not open when it was written"],
)
def test_nothing_else_is_shown(row: dict[str, Any] | None, one: AccessList | None) -> None:
    assert shown(row, one) is None
    assert shown(ROW, OPEN, "") is None


def test_an_id_that_is_an_address_leads_there_and_no_other_does() -> None:
    for name, source in (("https://wiki.example/a", True), ("javascript:alert(1)", False), ("hr/leave", False)):
        found = shown(ROW, AccessList(name, 1, ("everyone",), "a"), name)
        assert found.source == (name if source else "")


def test_html_is_shown_without_its_tags() -> None:
    assert plain("<h1>Leave</h1><p>Thirty days.</p><script>x()</script>") == "Leave\n\nThirty days."
    assert plain("a < b\n  and c") == "a < b\n  and c"
    assert shown_document.MOST == MOST
