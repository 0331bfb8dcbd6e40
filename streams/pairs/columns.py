"""Rows of the table `pairs` from decoded batches and events: the pair rules applied to columns. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.activity import OnMessage, Reacted
from schemas.documents import DocumentUpserted
from schemas.ids import stable_ids
from stores.columns import Same
from streams.batch import Columns
from streams.event_rows import UNKNOWN_DWELL, in_milliseconds, milliseconds
from streams.pairs import FIRST_WINS, citation_click, documents, pair_id, reaction, search_click

_SEPARATOR = pa.scalar("\x1f")
_REACTION = (
    "tenant", "pair", "anchor", "document", "weight", "user", "event_ids", "occurred_at", "withdrawn", "revision",
)  # fmt: skip


def _ids(kind: str, *parts: Any) -> list[str]:  # noqa: ANN401  # Arrow arrays carry no types
    joined = pc.binary_join_element_wise(pa.scalar(kind), *parts, _SEPARATOR)
    return stable_ids(joined.cast(pa.binary()).to_pylist())


def _single(values: Any) -> Any:  # noqa: ANN401
    """Return lists of one item each, of an Arrow array."""
    flat = values.combine_chunks() if hasattr(values, "chunks") else values
    return pa.ListArray.from_arrays(np.arange(len(flat) + 1, dtype=np.int32), flat)


def search_clicks(
    table: Any,  # noqa: ANN401
    ranks: NDArray[np.float64],
    rules: search_click.SearchClickRules,
) -> Columns:
    """Return the pairs of decoded DocumentOpened events; openings that came from no search give none.

    `ranks` is `search_click.rank_weights(rules)`.
    """
    table = table.filter(pc.is_valid(table["from_search"]))
    search = table["from_search"].combine_chunks()
    occurred = milliseconds(table["occurred_at"]).to_numpy()
    return {
        "tenant": table["tenant"],
        "pair": _ids("search_click", table["tenant"], table["event_id"], table["document"]),
        "kind": Same("search_click"),
        "anchor": pc.struct_field(search, "query"),
        "document": table["document"],
        "weight": search_click.weights(
            pc.struct_field(search, "rank").to_numpy(),
            pc.fill_null(table["dwell_seconds"], UNKNOWN_DWELL).to_numpy(),
            ranks,
            rules,
        ).astype(np.float32),
        "user": table["user"],
        "event_ids": _single(table["event_id"]),
        "occurred_at": occurred,
        "revision": np.uint64(FIRST_WINS) - occurred.astype(np.uint64),
    }


def citation_clicks(table: Any, rules: citation_click.CitationClickRules) -> Columns:  # noqa: ANN401
    """Return the pairs of decoded CitationOpened events: one for each document that gets a share."""
    cited = table["cited"].combine_chunks()
    named = pa.concat_arrays([table["document"].combine_chunks(), pc.list_flatten(cited)]).dictionary_encode()
    numbers = named.indices.to_numpy().astype(np.int64)
    owners = pc.list_parent_indices(cited).to_numpy().astype(np.int64)
    rows, documents, weights = citation_click.credits(numbers[: len(table)], numbers[len(table) :], owners, rules)
    given = named.dictionary.take(pa.array(documents))
    spread = table.select(["tenant", "event_id", "question", "user", "occurred_at"]).take(pa.array(rows))
    occurred = milliseconds(spread["occurred_at"]).to_numpy()
    return {
        "tenant": spread["tenant"],
        "pair": _ids("citation_click", spread["tenant"], spread["event_id"], given),
        "kind": Same("citation_click"),
        "anchor": spread["question"],
        "document": given,
        "weight": weights.astype(np.float32),
        "user": spread["user"],
        "event_ids": _single(spread["event_id"]),
        "occurred_at": occurred,
        "revision": np.uint64(FIRST_WINS) - occurred.astype(np.uint64),
    }


def reactions(events: Iterable[Reacted], rules: reaction.ReactionRules) -> Columns:
    """Return the pairs of reactions, withdrawn ones included: a withdrawal is the newer row of the same pair.

    A reaction on a message names no anchor: the view `live_pairs` finds the title of the message's conversation.
    """
    rows: list[dict[str, Any]] = []
    for event in events:
        target, withdrawn = event.target, event.change == "withdrawn"
        cited = (target.document,) if isinstance(target, OnMessage) else target.cited
        occurred = in_milliseconds(event.occurred_at)
        for document, weight in reaction.shares(cited, reaction.strength(event.reaction, rules), rules):
            rows.append(
                {
                    "tenant": event.tenant,
                    "pair": pair_id("reaction", event.tenant, event.target_id, event.user, event.reaction, document),
                    "anchor": "" if isinstance(target, OnMessage) else target.question,
                    "document": document,
                    "weight": weight,
                    "user": event.user,
                    "event_ids": [event.event_id],
                    "occurred_at": occurred,
                    "withdrawn": int(withdrawn),
                    "revision": reaction.revision(occurred, withdrawn),
                }
            )
    return {"kind": Same("reaction"), **{name: [row[name] for row in rows] for name in _REACTION}}


def document_pairs(events: Sequence[DocumentUpserted], rules: documents.DocumentPairRules) -> Columns:
    """Return the pairs that document versions give; the version is their revision, so the highest one holds."""
    rows = [
        (event, pair)
        for event in events
        for pair in documents.pairs_of(
            event.document, event.kind, event.title, event.body, [(k.target, k.anchor) for k in event.links], rules
        )
    ]
    return {
        "tenant": [event.tenant for event, _ in rows],
        "pair": [pair_id(p.kind, event.tenant, event.document, p.document, p.anchor) for event, p in rows],
        "kind": [p.kind for _, p in rows],
        "anchor": [p.anchor for _, p in rows],
        "anchor_document": [p.anchor_document for _, p in rows],
        "document": [p.document for _, p in rows],
        "weight": [p.weight for _, p in rows],
        "source_document": [event.document for event, _ in rows],
        "source_version": [event.version for event, _ in rows],
        "event_ids": [[event.event_id] for event, _ in rows],
        "occurred_at": [event.occurred_at for event, _ in rows],
        "revision": [event.version for event, _ in rows],
    }
