"""What a row of the warehouse says of a document."""

from indexer.feed.document import Document
from retrieval.clicked_queries import digest

ROW = {
    "document": "d", "version": 3, "revision": 7, "gone": 0, "content_hash": "h", "title": "T",
    "acl": ["cafe\u0301", "caf\u00e9", "all"], "updated_ms": 5, "body": "Some words.", "clicked": ["a", "b"],
}  # fmt: skip


def test_a_row_is_a_document_with_its_clicked_queries_and_each_group_once() -> None:
    found = Document.of(ROW)
    assert found == Document("d", 3, False, "h", "T", ("caf\u00e9", "all"), 5, 7, "Some words.", clicked=("a", "b"))
    assert found.clicked_digest == digest(["a", "b"])
    assert Document.of(ROW | {"clicked": []}).clicked_digest == ""
