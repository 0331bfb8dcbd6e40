"""Current lists: Redis first, the warehouse for what is missing there; and one reading for one answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from indexer.visibility import CurrentLists, Viewer
from stores.access_lists import AccessList, AccessLists


@dataclass
class Kept:
    """Lists in a dictionary, and a warehouse of rows; both note what they are asked."""

    here: dict[str, tuple[str, ...] | None]
    rows: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)
    put_back: list[AccessList] = field(default_factory=list)

    def get(self, tenant: str, documents: Sequence[str]) -> dict[str, tuple[str, ...] | None]:
        self.asked.append(("redis", list(documents)))
        return {document: self.here[document] for document in documents if document in self.here}

    def put(self, tenant: str, lists: Sequence[AccessList]) -> None:
        self.put_back += lists

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        self.asked.append((name, parameters["documents"]))
        return [
            {"document": document, "revision": 7, "acl": list(acl), "gone": int(gone)}
            for document, (acl, gone) in self.rows.items()
            if document in parameters["documents"]
        ]


def current(kept: Kept) -> CurrentLists:
    return CurrentLists(cast(AccessLists, kept), kept)


def test_what_redis_knows_is_asked_nowhere_else() -> None:
    kept = Kept({"a": ("staff",), "gone": None})
    assert current(kept).of("acme", ["a", "gone"]) == {"a": ("staff",)}
    assert kept.asked == [("redis", ["a", "gone"])]


def test_what_is_missing_is_read_once_and_put_back() -> None:
    kept = Kept({"a": ("staff",)}, {"b": (("hr",), False), "c": ((), True)})
    assert current(kept).of("acme", ["a", "b", "c", "unknown"]) == {"a": ("staff",), "b": ("hr",)}
    assert kept.asked[1:] == [("access_lists", ["b", "c", "unknown"])]
    assert kept.put_back == [AccessList("b", 7, ("hr",)), AccessList("c", 7, None)]


def test_a_viewer_reads_each_list_once() -> None:
    kept = Kept({"a": ("staff",), "b": ("hr",), "gone": None})
    viewer = Viewer(current(kept), "acme", frozenset({"staff"}))
    assert not viewer.sees("a"), "not looked at yet"
    viewer.look(["a", "b", "a", "gone"])
    kept.here["b"] = ("staff",)
    viewer.look(["b", "a"])
    assert kept.asked == [("redis", ["a", "b", "gone"]), ("access_lists", [])][:1]
    assert [viewer.sees(document) for document in ("a", "b", "gone")] == [True, False, False]
