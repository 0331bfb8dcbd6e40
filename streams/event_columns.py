"""What the agents' columns have in common: where a record stands, what every event carries, ids, accesses. Pure.

Topics with one event type and much traffic are decoded as columns (`decode_together`), the others event by event
(`decode_each`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.codec import Rejection, accept
from schemas.columnar import Decoded, decode_columns
from schemas.envelope import Event
from schemas.ids import SEPARATOR, stable_ids
from schemas.instants import milliseconds
from schemas.limits import Cuts
from stores.columns import Column, Same
from streams.batch import Accesses, Columns, RecordBatch

UNKNOWN_DWELL = -1.0

_FIRST_WINS = np.uint64(1 << 63)
_SEPARATOR = pa.scalar(SEPARATOR)
"""Made here, because the first of Arrow's values loads pandas: at the start, not within the first batch."""

_SUBJECT: Columns = {
    "user": Same(""),
    "document": Same(""),
    "interaction": Same(""),
    "query": Same(""),
    "rank": Same(0),
    "dwell_s": Same(UNKNOWN_DWELL),
}
"""What a row of `events` says of an event that is about none of these."""


@dataclass(frozen=True, slots=True)
class Events:
    """The accepted events of a batch, one by one; instants are milliseconds since 1970, `cuts` by row."""

    batch: RecordBatch
    events: list[Event]
    positions: list[int]
    occurred_at: list[int]
    rejected: list[tuple[int, Rejection]]
    cuts: Mapping[int, Cuts]


def decode_together(batch: RecordBatch, tenants: Collection[str]) -> Decoded:
    """Decode a batch of a topic of one event type, column by column; `tenants` may send (none named: all)."""
    return decode_columns(batch.topic, batch.keys, batch.values, batch.received_at, tenants)


def decode_each(
    batch: RecordBatch, tenants: Collection[str], objection: Callable[[Event], Rejection | None] = lambda event: None
) -> Events:
    """Decode a batch event by event; `tenants` may send (none named: all), and `objection` may reject more."""
    events: list[Event] = []
    positions: list[int] = []
    rejected: list[tuple[int, Rejection]] = []
    cuts: dict[int, Cuts] = {}
    for i, (key, value) in enumerate(zip(batch.keys.to_pylist(), batch.values.to_pylist(), strict=True)):
        found = accept(batch.topic, key, value, batch.received_at, tenants)
        if isinstance(found, Rejection):
            rejected.append((i, found))
        elif rejection := objection(found.event):
            rejected.append((i, rejection))
        else:
            if found.cuts:
                cuts[len(events)] = found.cuts
            positions.append(i)
            events.append(found.event)
    return Events(batch, events, positions, [milliseconds(event.occurred_at) for event in events], rejected, cuts)


def rows_together(batch: RecordBatch, decoded: Decoded, subject: Columns) -> Columns:
    """Return rows of `events`; `subject` are the columns that say what the event is about, beside its user."""
    table = decoded.table
    return {
        **_origin(batch, decoded.positions),
        "event_id": table["event_id"],
        "tenant": table["tenant"],
        "type": Same(batch.topic.events[0].__name__),
        "occurred_at": decoded.occurred_at,
        **_SUBJECT,
        "user": table["user"],
        **subject,
        **_clipped(decoded.cuts, len(table)),
    }


def event_rows(decoded: Events, subject: Columns) -> Columns:
    """Return rows of `events`; `subject` are the columns that say what each event is about."""
    return {
        **_origin(decoded.batch, np.array(decoded.positions, np.int64)),
        "event_id": [event.event_id for event in decoded.events],
        "tenant": [event.tenant for event in decoded.events],
        "type": [type(event).__name__ for event in decoded.events],
        "occurred_at": decoded.occurred_at,
        **_SUBJECT,
        **subject,
        **_clipped(decoded.cuts, len(decoded.events)),
    }


def _clipped(cuts: Mapping[int, Cuts], rows: int) -> Columns:
    """Return the column of what was cut; none where nothing was, as nearly always: it is empty by default."""
    return {"clipped": [list(cuts.get(row, {}).items()) for row in range(rows)]} if cuts else {}


def _origin(batch: RecordBatch, positions: NDArray[np.int64]) -> Columns:
    whole = len(positions) == len(batch.values)
    return {
        "topic": Same(batch.topic.name),
        "topic_id": Same(batch.topic_id),
        "partition": Same(batch.partition),
        "offset": batch.offsets[positions],
        "received_at": Same(batch.received_at),
        "payload": batch.values if whole else batch.values.take(pa.array(positions)),
    }


def accesses(opened: Decoded) -> Accesses | None:
    """Return the accesses of a batch of openings; None when there is none."""
    if not len(opened.table):
        return None
    table = opened.table.select(["tenant", "user", "event_id", "document"])
    people = _joined(table["tenant"], table["user"])
    # By person: Redis takes what one person did in one command.
    order = np.argsort(people.combine_chunks().dictionary_encode().indices.to_numpy(), kind="stable")
    return Accesses(
        opened.positions[order],
        people.take(order).to_pylist(),
        _joined(table["event_id"], table["document"]).take(order).to_pylist(),
        opened.occurred_at[order].tolist(),
    )


def pair_columns(
    kind: str,
    openings: Any,  # noqa: ANN401  # Arrow tables carry no types
    anchor: Any,  # noqa: ANN401
    document: Any,  # noqa: ANN401
    weight: NDArray[np.floating[Any]],
    occurred_at: NDArray[np.int64],
) -> Columns:
    """Return pairs, one a row of `openings`, which has what every opening carries; the earliest of repeats holds.

    `anchor` and `document` are columns of text, `occurred_at` in milliseconds since 1970.
    """
    return {
        "tenant": openings["tenant"],
        "pair": pair_ids(kind, openings["tenant"], openings["event_id"], document),
        "kind": Same(kind),
        "anchor": anchor,
        "document": document,
        "weight": weight.astype(np.float32),
        "user": openings["user"],
        "event_ids": lists_of_one(openings["event_id"]),
        "occurred_at": occurred_at,
        "revision": earliest_wins(occurred_at),
    }


def pair_ids(kind: str, *parts: Any) -> list[str]:  # noqa: ANN401  # Arrow arrays carry no types
    """Return the `pair_id` of each row of some columns of text."""
    return stable_ids(_joined(pa.scalar(kind), *parts).cast(pa.binary()).to_pylist())


def _joined(*parts: Any) -> Any:  # noqa: ANN401
    """Return `join_ids` of each row."""
    return pc.binary_join_element_wise(*parts, _SEPARATOR)


def lists_of_one(values: Any) -> Any:  # noqa: ANN401
    """Return an Arrow array of lists, each of one of the values."""
    flat = values.combine_chunks() if hasattr(values, "chunks") else values
    return pa.ListArray.from_arrays(np.arange(len(flat) + 1, dtype=np.int32), flat)


def earliest_wins(occurred_at: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return revisions under which, of an event sent twice with two dates, the earlier one holds."""
    return _FIRST_WINS - occurred_at.astype(np.uint64)


def columns_of(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, Column]:
    """Return rows as columns, in this order."""
    return {name: [row[name] for row in rows] for name in names}
