"""Accepted events as columns of the table `events`. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.activity import OnMessage, Reacted
from schemas.columnar import Columns as Decoded
from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.envelope import Event
from stores.columns import Same
from streams.batch import Columns, Raw

UNKNOWN_DWELL = -1.0


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def in_milliseconds(moment: datetime) -> int:
    """Return an instant as milliseconds since 1970, rounded down, without the detour over floats."""
    return (moment - EPOCH) // MILLISECOND


def milliseconds(moments: Any) -> Any:  # noqa: ANN401  # Arrow arrays carry no types
    """Return instants (Arrow, any unit) as integers: milliseconds since 1970, rounded down."""
    return moments.cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64())


def of_columns(raw: Raw, decoded: Decoded, kind: str) -> Columns:
    """Return the rows of a batch that was decoded column by column; `kind` is the event type's name."""
    table = decoded.table
    own = _OWN[kind](table)
    return {
        **_placed(raw, decoded.kept),
        "event_id": table["event_id"],
        "tenant": table["tenant"],
        "type": Same(kind),
        "user": table["user"],
        "occurred_at": milliseconds(table["occurred_at"]).cast(pa.timestamp("ms", "UTC")),
        **own,
    }


def of_events(raw: Raw, positions: Sequence[int], events: Sequence[Event]) -> Columns:
    """Return the rows of events that were decoded one by one; `positions` are theirs in the batch."""
    subjects = [_subject(event) for event in events]
    return {
        **_placed(raw, np.array(positions, np.int64)),
        "event_id": [event.event_id for event in events],
        "tenant": [event.tenant for event in events],
        "type": [type(event).__name__ for event in events],
        "occurred_at": [event.occurred_at for event in events],
        **{name: [subject[i] for subject in subjects] for i, name in enumerate(_SUBJECT)},
        "rank": Same(0),
        "dwell_s": Same(UNKNOWN_DWELL),
    }


def _placed(raw: Raw, kept: NDArray[np.int64]) -> Columns:
    payload = pa.array(raw.values, pa.binary())
    return {
        "topic": Same(raw.topic.name),
        "log": Same(raw.log),
        "partition": Same(raw.partition),
        "offset": raw.offsets[kept],
        "received_at": Same(raw.received_at),
        "payload": payload if len(kept) == len(raw.values) else payload.take(pa.array(kept)),
    }


_SUBJECT = ("user", "document", "interaction", "query")


def _subject(event: Event) -> tuple[str, str, str, str]:
    if isinstance(event, DocumentUpserted | DocumentDeleted):
        return "", event.document, "", ""
    if isinstance(event, Reacted):
        if isinstance(event.target, OnMessage):
            return event.user, event.target.document, event.target_id, ""
        return event.user, "", event.target_id, event.target.question
    return "", "", "", ""


def _opened(table: Any) -> Columns:  # noqa: ANN401
    search = table["from_search"].combine_chunks()
    return {
        "document": table["document"],
        "interaction": pc.fill_null(pc.struct_field(search, "search"), ""),
        "query": pc.fill_null(pc.struct_field(search, "query"), ""),
        "rank": pc.fill_null(pc.struct_field(search, "rank"), 0),
        "dwell_s": pc.fill_null(table["dwell_seconds"], UNKNOWN_DWELL),
    }


def _cited(table: Any) -> Columns:  # noqa: ANN401
    return {
        "document": table["document"],
        "interaction": table["answer"],
        "query": table["question"],
        "rank": _position(table),
        "dwell_s": Same(UNKNOWN_DWELL),
    }


def _position(table: Any) -> NDArray[np.int64]:  # noqa: ANN401
    """Return where, from 1, each opened document first stands among the cited ones."""
    cited = table["cited"].combine_chunks()
    parents = pc.list_parent_indices(cited)
    same = pc.equal(pc.list_flatten(cited), pc.take(table["document"].combine_chunks(), parents)).to_numpy(False)
    matches = np.flatnonzero(same)
    rows, first = np.unique(parents.to_numpy()[matches], return_index=True)
    starts = cited.offsets.to_numpy() - cited.offsets[0].as_py()
    position = np.zeros(len(table), np.int64)
    position[rows] = matches[first] - starts[rows] + 1
    return position


def _searched(table: Any) -> Columns:  # noqa: ANN401
    return {
        "document": Same(""),
        "interaction": table["search"],
        "query": table["query"],
        "rank": Same(0),
        "dwell_s": Same(UNKNOWN_DWELL),
    }


_OWN: dict[str, Callable[[Any], Columns]] = {
    "DocumentOpened": _opened,
    "CitationOpened": _cited,
    "SearchServed": _searched,
}
