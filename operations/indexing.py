"""How many of a tenant's documents are indexed, and about how long the others take at the speed of the last minutes."""

from typing import NamedTuple

from stores.ports import Queries

_LEAST_S = 10.0
"""Seconds of indexing that an estimate rests on; the first documents alone would promise too much."""


class Indexed(NamedTuple):
    """Documents that a search should find (`total`), those of them that the collection shows as they are now (`done`),
    the changes that `wait` to be applied, deletions among them, and the seconds left, None while nobody can say."""

    total: int
    done: int
    waiting: int
    eta_s: float | None

    @property
    def whole(self) -> bool:
        """Tell whether every document is indexed as it is now."""
        return self.done >= self.total


def read(warehouse: Queries, tenant: str, collection: str) -> Indexed:
    """Return it of one collection; without one nothing is indexed yet. Raises `Retryable`."""
    row = warehouse.query("index_counts", tenant=tenant, collection=collection)[0]
    left = time_left(int(row["pending"]), int(row["recent"]), float(row["recent_s"]))
    return Indexed(int(row["total"]), int(row["done"]), int(row["pending"]), left)


def time_left(waiting: int, recent: int, seconds: float) -> float | None:
    """Return the seconds that so many documents take when `recent` ones were applied within `seconds`. Pure.

    None where nothing waits, nothing was applied, or it began just now.
    """
    return waiting * seconds / recent if waiting and recent and seconds >= _LEAST_S else None
