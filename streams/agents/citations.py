"""Citations: an opened citation is a row of `events`, an access of its user's open session, and some pairs."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.columnar import Decoded
from schemas.topics import CITATIONS
from streams.agents import AgentContext
from streams.batch import BatchWrites, Columns, RecordBatch
from streams.event_columns import accesses, decode_together, pair_columns, rows_together
from streams.pairs.citation_click import CitationClickRules, credits

TOPIC = CITATIONS


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.config.citation_click, context.tenants))


def writes(batch: RecordBatch, rules: CitationClickRules, tenants: Collection[str]) -> BatchWrites:
    """Return what is to be stored of a batch of CitationOpened. Pure."""
    opened = decode_together(batch, tenants)
    tables = [("events", _event_rows(batch, opened)), ("pairs", _pairs(opened, rules))]
    return BatchWrites(batch, tables, accesses(opened), opened.rejected)


def _event_rows(batch: RecordBatch, opened: Decoded) -> Columns:
    table = opened.table
    subject = {
        "document": table["document"],
        "interaction": table["answer"],
        "query": table["question"],
        "rank": _rank(table),
    }
    return rows_together(batch, opened, subject)


def _rank(table: Any) -> NDArray[np.int64]:  # noqa: ANN401  # Arrow tables carry no types
    """Return where, from 1, each opened document first stands among the cited ones."""
    cited = table["cited"].combine_chunks()
    parents = pc.list_parent_indices(cited)
    same = pc.equal(pc.list_flatten(cited), pc.take(table["document"].combine_chunks(), parents)).to_numpy(False)
    matches = np.flatnonzero(same)
    rows, first = np.unique(parents.to_numpy()[matches], return_index=True)
    starts = cited.offsets.to_numpy() - cited.offsets[0].as_py()
    rank = np.zeros(len(table), np.int64)
    rank[rows] = matches[first] - starts[rows] + 1
    return rank


def _pairs(opened: Decoded, rules: CitationClickRules) -> Columns:
    """Return citation_click pairs: one for each document that gets a share."""
    table = opened.table
    cited = table["cited"].combine_chunks()
    named = pa.concat_arrays([table["document"].combine_chunks(), pc.list_flatten(cited)]).dictionary_encode()
    numbers = named.indices.to_numpy().astype(np.int64)
    owners = pc.list_parent_indices(cited).to_numpy().astype(np.int64)
    rows, documents, weights = credits(numbers[: len(table)], numbers[len(table) :], owners, rules)
    given = named.dictionary.take(pa.array(documents))
    spread, occurred_at = table.select(["tenant", "event_id", "question", "user"]).take(rows), opened.occurred_at[rows]
    return pair_columns("citation_click", spread, spread["question"], given, weights, occurred_at)
