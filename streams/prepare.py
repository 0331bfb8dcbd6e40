"""From raw batches to what is to be stored: decode, validate, apply the rules. Pure; one function a kind of topic.

Topics with one event type and much traffic are decoded as columns (`schemas.columnar`), the others event by event.
"""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.activity import Reacted
from schemas.codec import Rejection, decode
from schemas.columnar import decode_columns
from schemas.envelope import Event
from stores.access_log import SEPARATOR
from streams import event_rows
from streams.batch import Accesses, Prepared, Raw
from streams.config import StreamsConfig
from streams.pairs import columns as pair_columns
from streams.pairs.search_click import rank_weights


class Preparation:
    """The pure half of every agent, for one set of rules and allowed tenants (none named: all)."""

    def __init__(self, config: StreamsConfig, tenants: Collection[str] = ()) -> None:
        self._config = config
        self._tenants = frozenset(tenants)
        self._ranks = rank_weights(config.search_click)

    def clicks(self, raw: Raw) -> Prepared:
        """DocumentOpened: events, accesses, search_click pairs."""
        decoded = decode_columns(raw.topic, raw.keys, raw.values, raw.received_at, self._tenants)
        return Prepared(
            raw,
            [
                ("events", event_rows.of_columns(raw, decoded, "DocumentOpened")),
                ("pairs", pair_columns.search_clicks(decoded.table, self._ranks, self._config.search_click)),
            ],
            _accesses(decoded.table, decoded.kept),
            decoded.rejected,
        )

    def citations(self, raw: Raw) -> Prepared:
        """CitationOpened: events, accesses, citation_click pairs."""
        decoded = decode_columns(raw.topic, raw.keys, raw.values, raw.received_at, self._tenants)
        return Prepared(
            raw,
            [
                ("events", event_rows.of_columns(raw, decoded, "CitationOpened")),
                ("pairs", pair_columns.citation_clicks(decoded.table, self._config.citation_click)),
            ],
            _accesses(decoded.table, decoded.kept),
            decoded.rejected,
        )

    def searches(self, raw: Raw) -> Prepared:
        """SearchServed: events."""
        decoded = decode_columns(raw.topic, raw.keys, raw.values, raw.received_at, self._tenants)
        rows = event_rows.of_columns(raw, decoded, "SearchServed")
        newest = pc.max(event_rows.milliseconds(decoded.table["occurred_at"])).as_py()
        return Prepared(raw, [("events", rows)], None, decoded.rejected, newest)

    def reactions(self, raw: Raw) -> Prepared:
        """Reacted: events and reaction pairs."""
        positions, events, rejected = self._decode(raw)
        pairs = pair_columns.reactions([e for e in events if isinstance(e, Reacted)], self._config.reaction)
        newest = max((event_rows.in_milliseconds(event.occurred_at) for event in events), default=None)
        rows = event_rows.of_events(raw, positions, events)
        return Prepared(raw, [("events", rows), ("pairs", pairs)], None, rejected, newest)

    def learning(self, raw: Raw) -> Prepared:
        """The loop's own decisions: events."""
        positions, events, rejected = self._decode(raw)
        return Prepared(raw, [("events", event_rows.of_events(raw, positions, events))], None, rejected)

    def _decode(self, raw: Raw) -> tuple[list[int], list[Event], list[tuple[int, Rejection]]]:
        return decoded_one_by_one(raw, self._tenants)


def decoded_one_by_one(
    raw: Raw, tenants: Collection[str]
) -> tuple[list[int], list[Event], list[tuple[int, Rejection]]]:
    """Return the positions of the accepted events, the events, and the rejected positions with their reasons."""
    positions: list[int] = []
    events: list[Event] = []
    rejected: list[tuple[int, Rejection]] = []
    for i, (key, value) in enumerate(zip(raw.keys, raw.values, strict=True)):
        event = decode(raw.topic, key, value, raw.received_at, tenants)
        if isinstance(event, Rejection):
            rejected.append((i, event))
        else:
            positions.append(i)
            events.append(event)
    return positions, events, rejected


def _accesses(table: pa.Table, kept: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Accesses | None:
    if not len(table):
        return None
    people = pc.binary_join_element_wise(table["tenant"], table["user"], pa.scalar(SEPARATOR))
    # By person: Redis takes what one person did in one command.
    order = np.argsort(people.combine_chunks().dictionary_encode().indices.to_numpy(), kind="stable")
    table, people = table.select(["event_id", "document", "occurred_at"]).take(order), people.take(order)
    return Accesses(
        kept[order],
        people.to_pylist(),
        pc.binary_join_element_wise(table["event_id"], table["document"], pa.scalar(SEPARATOR)).to_pylist(),
        event_rows.milliseconds(table["occurred_at"]).to_pylist(),
    )
