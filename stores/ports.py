"""What rules and steps need of the stores, and no more; `stores.warehouse` and `stores.kafka` have it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from stores.columns import Column


class Queries(Protocol):
    """Answers named queries: `stores.warehouse.Warehouse`."""

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        """Return the rows of a named query. Raises `Retryable` when the store does not answer."""
        ...


class Statements(Protocol):
    """Runs named statements: `stores.warehouse.Warehouse`."""

    def run(self, name: str, **parameters: Any) -> None:  # noqa: ANN401  # the named statement's own
        """Run a named statement. Raises `Retryable` when the store does not answer."""
        ...


class Inserts(Protocol):
    """Stores rows: `stores.warehouse.Warehouse`, `stores.grouped.GroupedInserts`."""

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Insert columns; return the number of rows, after the server has stored them. Raises `Retryable`."""
        ...


class Sends(Protocol):
    """Sends records: `stores.kafka.EventProducer`."""

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        """Put one record into the buffer. Raises `Retryable`, or `Poison` for one that the broker will never take."""
        ...

    def flush(self) -> int:
        """Wait until everything sent has arrived; return how many that was. Raises `Retryable` or `Poison`."""
        ...
