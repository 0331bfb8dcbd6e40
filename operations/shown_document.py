"""A document as everyone may read it: its text as it is searched, and nothing of one that is not for everyone."""

from datetime import datetime
from typing import NamedTuple

from retrieval.access import open_to_all
from retrieval.html_text import has_tags
from retrieval.markup import lines
from stores.access_lists import AccessLists, current
from stores.ports import Queries

MOST = 100_000
"""Characters of a text that are shown."""


class ShownDocument(NamedTuple):
    """What is shown. `source` is its address, where its id is one; `more` says that the text goes on."""

    document: str
    title: str
    app: str
    updated_at: datetime
    text: str
    more: bool
    source: str


def read(warehouse: Queries, lists: AccessLists, tenant: str, document: str) -> ShownDocument | None:
    """Return a document, None unless there is one that everyone may see by its list of this moment.

    The list has to be of the very text that is shown: another text may have had a wider one. Raises `Retryable`.
    """
    if not document:
        return None
    found = warehouse.query("document_shown", tenant=tenant, document=document, characters=MOST + 1)
    now = current(lists, warehouse, tenant, [document]).get(document)
    if not found or now is None or not open_to_all(now.groups or ()):
        return None
    (row,) = found
    if now.content != row["content_hash"] or not open_to_all(row["acl"]):
        return None
    source = document if document.startswith(("https://", "http://")) else ""
    body, more = row["body"][:MOST], len(row["body"]) > MOST
    return ShownDocument(document, row["title"], row["app"], row["updated_at"], plain(body), more, source)


def plain(body: str) -> str:
    """Return a text as it is, and HTML without its tags. Pure."""
    if not has_tags(body):
        return body
    return "\n".join(f"\n{line.text}\n" if line.heading else line.text for line in lines(body)).strip()
