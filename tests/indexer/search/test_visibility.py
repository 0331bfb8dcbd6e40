"""Current lists: Redis first, the warehouse for what is missing there; one reading an answer; and whose content."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from indexer.search.visibility import CurrentLists, Viewer
from stores.access_lists import AccessList, AccessLists, Entries
from stores.vector_rows import Hit


@dataclass
class Kept:
    """Lists in a dictionary, and a warehouse of rows; both note what they are asked."""

    here: dict[str, AccessList]
    rows: dict[str, AccessList] = field(default_factory=dict)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)
    put_back: list[AccessList] = field(default_factory=list)
    whole: bool = True

    def get(self, tenant: str, documents: Sequence[str]) -> Entries:
        self.asked.append(("redis", list(documents)))
        return Entries({document: self.here[document] for document in documents if document in self.here}, self.whole)

    def put(self, tenant: str, lists: Sequence[AccessList]) -> None:
        self.put_back += lists

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        self.asked.append((name, parameters["documents"]))
        return [
            {
                "document": d, "revision": one.revision, "acl": list(one.groups or ()), "gone": int(one.groups is None),
                "content_hash": one.content,
            }
            for d, one in self.rows.items()
            if d in parameters["documents"]
        ]  # fmt: skip


def lists(*given: AccessList) -> dict[str, AccessList]:
    return {one.document: one for one in given}


def current(kept: Kept) -> CurrentLists:
    return CurrentLists(cast(AccessLists, kept), kept)


def hit(document: str, content: str = "now", acl: tuple[str, ...] = ()) -> Hit:
    return Hit(document, 0, 1.0, "title", "text", 0.0, content, acl)


STAFF, GONE = AccessList("a", 7, ("staff",), "now"), AccessList("gone", 7, None)


def test_what_redis_knows_is_asked_nowhere_else() -> None:
    kept = Kept(lists(STAFF, GONE))
    assert current(kept).of("acme", ["a", "gone"]) == lists(STAFF, GONE)
    assert kept.asked == [("redis", ["a", "gone"])]


def test_what_is_missing_is_read_once_and_put_back() -> None:
    stored = lists(AccessList("b", 7, ("hr",), "h"), AccessList("c", 7, None))
    kept = Kept(lists(STAFF), stored)
    assert current(kept).of("acme", ["a", "b", "c", "unknown"]) == lists(STAFF) | stored
    assert kept.asked[1:] == [("access_lists", ["b", "c", "unknown"])]
    assert kept.put_back == list(stored.values())


def test_while_redis_may_lack_some_the_later_of_both_holds() -> None:
    kept = Kept(lists(STAFF, AccessList("b", 9, ("hr",))), lists(AccessList("a", 8, ()), AccessList("b", 8, ("all",))))
    kept.whole = False
    assert current(kept).of("acme", ["a", "b"]) == lists(AccessList("a", 8, ()), AccessList("b", 9, ("hr",)))


def test_a_viewer_reads_each_list_once() -> None:
    kept = Kept(lists(STAFF, AccessList("b", 7, ("hr",), "now"), GONE))
    viewer = Viewer(current(kept), "acme", frozenset({"staff"}))
    assert not viewer.sees(hit("a")), "not looked at yet"
    viewer.look(["a", "b", "a", "gone"])
    kept.here["b"] = AccessList("b", 8, ("staff",), "now")
    viewer.look(["b", "a"])
    assert kept.asked == [("redis", ["a", "b", "gone"])]
    assert [viewer.sees(hit(document)) for document in ("a", "b", "gone", "unknown")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("content", "acl", "seen"),
    [
        ("now", (), True),
        ("now", ("hr",), True),
        ("before", (), False),
        ("before", ("hr",), False),
        ("before", ("hr", "staff"), True),
        ("before", ("everyone",), True),
        ("", (), False),
    ],
)
def test_another_content_is_for_those_who_might_read_it(content: str, acl: tuple[str, ...], seen: bool) -> None:
    viewer = Viewer(current(Kept(lists(STAFF))), "acme", frozenset({"staff"}))
    viewer.look(["a"])
    assert viewer.sees(hit("a", content, acl)) is seen
    stranger = Viewer(current(Kept(lists(STAFF))), "acme", frozenset({"sales"}))
    stranger.look(["a"])
    assert not stranger.sees(hit("a", content, acl)), "whatever the row says"


def test_a_document_of_no_known_content_is_shown_by_its_rows_list_too() -> None:
    viewer = Viewer(current(Kept(lists(AccessList("a", 7, ("staff",))))), "acme", frozenset({"staff"}))
    viewer.look(["a"])
    assert not viewer.sees(hit("a"))
    assert viewer.sees(hit("a", acl=("staff",)))
