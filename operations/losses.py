"""What a tenant has lost and is getting back, in words for `tidewheel status`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from stores.rebuilds import Rebuild
from stores.serving import ServingRecord


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of one tenant.

    `record` and `rebuilds` as in Redis; `moved` whether the audit trail knows a move of the record; `collections` those
    that Milvus has, None when it did not answer; `documents` how many the warehouse knows, gone ones included, `shown`
    those that a search may show, and `lists` of how many Redis has the access list.
    """

    record: ServingRecord | None = None
    rebuilds: Mapping[str, Rebuild] = field(default_factory=dict)
    moved: bool = False
    collections: Collection[str] | None = ()
    documents: int = 0
    shown: int = 0
    lists: int = 0

    @property
    def serving(self) -> list[str]:
        """Return the collections that serve: the live one, and the standby if there is one."""
        sides = (self.record, self.record.standby) if self.record else ()
        return [side.collection for side in sides if side is not None]

    def progress(self, collection: str) -> tuple[int, int] | None:
        """Return how many documents a serving collection has of those that it should have; None when it is whole."""
        if self.collections is not None and collection in self.serving and collection not in self.collections:
            return 0, self.shown
        rebuild = self.rebuilds.get(collection)
        return (rebuild.done, rebuild.total or self.shown) if rebuild else None


def losses(seen: Seen) -> list[str]:
    """Return a sentence for everything that is lost or being rebuilt, with what to do about it. A pure rule."""
    found = []
    if seen.record is None and seen.moved:
        found.append(
            "its serving record is gone from Redis; the indexer restores it from the signed audit trail and the index "
            f"is being rebuilt, 0 of {seen.shown:,} documents"
        )
    if seen.collections is None:
        found.append("Milvus does not answer: whether its collections are there is not known")
    for name in seen.serving:
        found += _collection(seen, name)
    if seen.documents < seen.lists:
        found.append(
            f"ClickHouse has {seen.documents:,} of the {seen.lists:,} documents whose access lists are in Redis: it "
            "was emptied or set back. The streams read again what the topics still hold, and searches go on meanwhile; "
            "if the number stands still, have the sources send their documents again"
        )
    return found


def _collection(seen: Seen, name: str) -> list[str]:
    rebuild = seen.rebuilds.get(name)
    if seen.collections is not None and name not in seen.collections:
        why = f" ({rebuild.problem})" if rebuild and rebuild.problem else ""
        return [f"{name} is gone from Milvus and is being rebuilt by the indexer, 0 of {seen.shown:,} documents{why}"]
    if rebuild is None:
        return []
    why = f"; in its way: {rebuild.problem}" if rebuild.problem else ""
    return [f"{name} is {rebuild}, because {rebuild.reason}{why}"]
