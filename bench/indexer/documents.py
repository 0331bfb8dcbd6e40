"""Real documents as a company has them: many short ones, copies, near-empty ones, and a few very long pages.

Short documents are botocore's operations with the notes on their parameters, long pages Python's own topics one after
another. A copy has another document's title and text under its own name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice

from bench.retrieval.pages import Page
from bench.retrieval.places import long_pages, topics
from demo.corpus import FIRST_SERVICES, SECOND_SERVICES
from demo.operations import read_service
from schemas.documents import EVERYONE
from schemas.ids import stable_id
from stores.warehouse import Warehouse

COPIES, NEAR_EMPTY = 0.15, 0.02
"""The shares of documents that have another's text, and that have hardly any."""

LONG_WORDS, LONG_EVERY = 5_000, 150
"""Words of a long page, and of how many documents one is such a page, while the topics last."""

_LITTLE = ("", "-", "TODO", "See above.")
"""Bodies of pages that hold hardly anything, as people leave them; each is a text of the corpus, no note of ours."""

_UPDATED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Changed:
    """A document, its text with one sentence changed, and the version that this text is."""

    name: str
    page: Page
    version: int


def documents(count: int) -> dict[str, Page]:
    """Return `count` documents by name, the same ones every time; fewer when not so many can be had."""
    copies, little = round(count * COPIES), max(1, round(count * NEAR_EMPTY))
    long = long_pages(topics(), LONG_WORDS, max(1, count // LONG_EVERY))
    short = dict(islice(_operations().items(), count - copies - little - len(long)))
    originals = list(short.values())
    found = {f"long-{name}": page for name, page in long.items()} | short
    found |= {f"little-{n}": Page(f"Note {n}", _LITTLE[n % len(_LITTLE)]) for n in range(little)}
    step = max(1, len(originals) // max(1, copies))
    return found | {f"copy-{n}": originals[n * step % len(originals)] for n in range(copies)}


def write(warehouse: Warehouse, tenant: str, pages: Mapping[str, Page], version: int = 1) -> None:
    """Write a version of these documents where the indexer reads them; everybody may read them."""
    names, rows = list(pages), len(pages)
    warehouse.insert(
        "documents",
        {
            "tenant": [tenant] * rows, "document": names, "version": [version] * rows, "deleted": [0] * rows,
            "kind": ["page"] * rows, "title": [page.title for page in pages.values()],
            "body": [page.body for page in pages.values()], "acl": [[EVERYONE]] * rows,
            "updated_at": [_UPDATED] * rows, "content_hash": [_content(page) for page in pages.values()],
        },
    )  # fmt: skip


def with_a_sentence_changed(pages: Mapping[str, Page], count: int) -> Sequence[Changed]:
    """Return `count` documents, long ones first, in each of which one sentence in the middle says something else."""
    by_length = sorted((name for name in pages if not name.startswith("copy-")), key=lambda n: -len(pages[n].body))
    return [Changed(name, Page(pages[name].title, _edited(pages[name].body)), 2) for name in by_length[:count]]


def _edited(body: str) -> str:
    sentences = body.split(". ")
    middle = len(sentences) // 2
    sentences[middle] = f"{sentences[middle]}, which was not always the case"
    return ". ".join(sentences)


def _operations() -> dict[str, Page]:
    """Return botocore's operations in an order that means nothing."""
    found = {
        f"{service}-{name}": Page(operation.title, "\n".join([operation.text, *operation.notes]))
        for service in FIRST_SERVICES + SECOND_SERVICES
        for name, operation in read_service(service).items()
        if operation.text
    }
    return dict(sorted(found.items(), key=lambda item: stable_id(item[0])))


def _content(page: Page) -> str:
    return sha256(f"{page.title}\x1f{page.body}".encode()).hexdigest()[:32]
