"""Clicks: an opened document is a row of `events`, an access of its user's open session and, from a search, a pair."""

from collections.abc import Collection
from functools import cache

import pyarrow.compute as pc

from schemas.columnar import Decoded
from schemas.topics import CLICKS
from streams.agents import AgentContext
from streams.batch import BatchWrites, Columns, RecordBatch
from streams.event_columns import UNKNOWN_DWELL, accesses, decode_together, pair_columns, rows_together
from streams.pairs.search_click import SearchClickRules, rank_weights, weights

TOPIC = CLICKS

_rank_weights = cache(rank_weights)


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.config.search_click, context.tenants))


def writes(batch: RecordBatch, rules: SearchClickRules, tenants: Collection[str]) -> BatchWrites:
    """Return what is to be stored of a batch of DocumentOpened. Pure."""
    opened = decode_together(batch, tenants)
    tables = [("events", _event_rows(batch, opened)), ("pairs", _pairs(opened, rules))]
    return BatchWrites(batch, tables, accesses(opened), opened.rejected)


def _event_rows(batch: RecordBatch, opened: Decoded) -> Columns:
    table = opened.table
    search = table["from_search"].combine_chunks()
    subject = {
        "document": table["document"],
        "interaction": pc.fill_null(pc.struct_field(search, "search"), ""),
        "query": pc.fill_null(pc.struct_field(search, "query"), ""),
        "rank": pc.fill_null(pc.struct_field(search, "rank"), 0),
        "dwell_s": pc.fill_null(table["dwell_seconds"], UNKNOWN_DWELL),
    }
    return rows_together(batch, opened, subject)


def _pairs(opened: Decoded, rules: SearchClickRules) -> Columns:
    """Return search_click pairs; openings that came from no search give none."""
    searched = pc.is_valid(opened.table["from_search"])
    table, occurred_at = opened.table.filter(searched), opened.occurred_at[searched.to_numpy()]
    search = table["from_search"].combine_chunks()
    weight = weights(
        pc.struct_field(search, "rank").to_numpy(),
        pc.fill_null(table["dwell_seconds"], UNKNOWN_DWELL).to_numpy(),
        _rank_weights(rules),
        rules,
    )
    return pair_columns("search_click", table, pc.struct_field(search, "query"), table["document"], weight, occurred_at)
