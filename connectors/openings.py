"""Clicks on unknown documents: a search log whose document ids do not match those here teaches nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator

from connectors.items import Happened, Item
from operations.connections import Connections
from stores import settings
from stores.errors import TidewheelError
from stores.warehouse import Warehouse

_AT_ONCE = 5_000


class Openings:
    """Counts the clicks of a log by document."""

    def __init__(self) -> None:
        self.times = Counter[str]()

    def counted(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items unchanged, and count the clicks among them."""
        for item in items:
            if isinstance(item, Happened) and item.kind == "DocumentOpened":
                self.times[str(item.fields["document"])] += 1
            yield item

    def unknown(self, warehouse: Warehouse, tenant: str) -> str:
        """Return in words how many openings are of unknown documents, and how known ones are called; "" for none."""
        names, known = sorted(self.times), set[str]()
        for start in range(0, len(names), _AT_ONCE):
            rows = warehouse.query("documents_named", tenant=tenant, documents=names[start : start + _AT_ONCE])
            known.update(row["document"] for row in rows)
        absent = [name for name in names if name not in known]
        if not absent:
            return ""
        lost = sum(self.times[name] for name in absent)
        (there,) = warehouse.query("documents_example", tenant=tenant)
        named = "it has none yet, and they may come after what was opened"
        if there["document"]:
            named = (
                f"its documents are called like '{there['document']}'; what a log leaves out of the beginning of an id "
                "goes there with --before"
            )
        return (
            f"{lost:,} of {self.times.total():,} openings are of documents that tenant '{tenant}' does not have, "
            f"such as '{absent[0]}', and teach nothing: {named}"
        )

    def warning(self, tenant: str) -> str:
        """Return the same by the stack of this home; "" while it does not answer."""
        try:
            with Connections(settings.load()) as stores:
                return self.unknown(stores.warehouse, tenant)
        except TidewheelError:
            return ""
