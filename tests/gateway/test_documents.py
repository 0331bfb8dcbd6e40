"""A document by its current list, and the same work whatever becomes of the request."""

from typing import Any

import pytest

from gateway.documents import Documents
from stores.access_lists import AccessList, Entries


def row(document: str, acl: list[str], gone: bool = False) -> dict[str, Any]:
    """A row as the query answers it."""
    return {
        "document": document, "version": 3, "gone": gone, "title": document.upper(), "acl": acl, "content_hash": "h",
        "revision": 7, "body": f"The text of {document}.", "updated_ms": 1_793_523_910_000, "clicked": [],
    }  # fmt: skip


class Rows:
    """A warehouse of some documents, which counts what it is asked."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self._rows = {row["document"]: row for row in rows}
        self.asked: list[str] = []

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        self.asked.append(name)
        return [self._rows[document] for document in parameters["documents"] if document in self._rows]


class Lists:
    """Lists in Redis, which counts how often it is asked."""

    def __init__(self, *lists: AccessList) -> None:
        self._lists = {one.document: one for one in lists}
        self.asked = 0

    def get(self, tenant: str, documents: list[str]) -> Entries:
        self.asked += 1
        return Entries({document: self._lists[document] for document in documents if document in self._lists}, False)


def documents(rows: Rows, *lists: AccessList) -> Documents:
    return Documents(Lists(*lists), rows)  # type: ignore[arg-type]  # all that is needed of them


STAFF = frozenset({"staff"})


def test_the_list_in_redis_is_obeyed_before_the_row_s() -> None:
    rows = Rows(row("d", ["everyone"]))
    assert documents(rows).read("acme", "d", STAFF) is not None
    assert documents(rows, AccessList("d", 8, ("board",), "h")).read("acme", "d", STAFF) is None
    assert documents(rows, AccessList("d", 8, None)).read("acme", "d", STAFF) is None


def test_a_list_in_redis_that_is_older_than_the_row_allows_nothing() -> None:
    assert documents(Rows(row("d", ["board"])), AccessList("d", 6, ("staff",), "h")).read("acme", "d", STAFF) is None
    assert (
        documents(Rows(row("d", ["board"], gone=True)), AccessList("d", 6, ("staff",), "h")).read("acme", "d", STAFF)
        is None
    )


def test_a_list_that_was_given_to_another_text_opens_this_one_to_those_who_might_read_it() -> None:
    newer = AccessList("d", 8, ("staff",), "another text")
    assert documents(Rows(row("d", ["board"])), newer).read("acme", "d", STAFF) is None
    assert documents(Rows(row("d", ["staff"])), newer).read("acme", "d", STAFF) is not None


def test_gone_is_not_there() -> None:
    assert documents(Rows(row("d", ["everyone"], gone=True))).read("acme", "d", STAFF) is None


@pytest.mark.parametrize("document", ["open", "hidden", "gone", "unknown", "narrowed"])
def test_every_request_is_the_same_work(document: str) -> None:
    rows = Rows(row("open", ["everyone"]), row("hidden", ["board"]), row("gone", [], gone=True))
    lists = Lists(AccessList("narrowed", 8, ("board",), "h"), AccessList("hidden", 7, ("board",), "h"))
    Documents(lists, rows).read("acme", document, STAFF)  # type: ignore[arg-type]
    assert (rows.asked, lists.asked) == (["index_documents"], 1)


def test_a_long_text_ends_and_says_so() -> None:
    long = {**row("d", ["everyone"]), "body": "x" * 1_000_001}
    found = documents(Rows(long)).read("acme", "d", STAFF)
    assert found is not None
    assert (len(str(found["body"])), found["truncated"]) == (1_000_000, True)
