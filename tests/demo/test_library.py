from datetime import UTC, datetime

from demo.library import Library
from schemas.documents import DocumentDeleted, DocumentUpserted, Link

NOW = datetime(2026, 3, 4, tzinfo=UTC)
ALL = frozenset({"everyone"})


def upserted(document: str, version: int, acl: tuple[str, ...] = ("everyone",), to: str = "b") -> DocumentUpserted:
    return DocumentUpserted(
        event_id=f"{document}-{version}", tenant="acme", occurred_at=NOW, document=document, version=version,
        app="x", title=document, links=(Link(target=to),), acl=acl, updated_at=NOW,
    )  # fmt: skip


def test_links_lead_only_where_one_may_go() -> None:
    library = Library()
    library.apply([upserted("a", 1), upserted("b", 1)])
    assert library.links("a", ALL) == ["b"]
    library.apply([upserted("b", 2, acl=("operators",))])
    assert library.links("a", ALL) == []
    assert library.links("a", ALL | {"operators"}) == ["b"]


def test_the_highest_version_holds_in_whatever_order() -> None:
    library = Library()
    gone = DocumentDeleted(event_id="e", tenant="acme", occurred_at=NOW, document="b", version=3)
    library.apply([gone, upserted("b", 2)])
    assert not library.may_open("b", ALL)
    assert library.links("unknown", ALL) == []
