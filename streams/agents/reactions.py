"""Reactions: one that was added or withdrawn is a row of `events`, moves time, and gives pairs if it is understood."""

from collections.abc import Collection
from typing import Any

from schemas.activity import OnMessage, Reacted
from schemas.topics import REACTIONS
from stores.columns import Same
from streams.agents import AgentContext
from streams.batch import BatchWrites, Columns, RecordBatch
from streams.event_columns import columns_of, decode_each, event_rows
from streams.pairs import pair_id
from streams.pairs.reaction import ReactionRules, meaning, revision, shares, strength

TOPIC = REACTIONS

_PAIR = (
    "tenant", "pair", "reaction", "anchor", "document", "weight", "user", "event_ids", "occurred_at", "withdrawn",
    "revision",
)  # fmt: skip


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.config.reaction, context.tenants))


def writes(batch: RecordBatch, rules: ReactionRules, tenants: Collection[str]) -> BatchWrites:
    """Return what is to be stored of a batch of Reacted. Pure."""
    decoded = decode_each(batch, tenants)
    events = [event for event in decoded.events if isinstance(event, Reacted)]
    pairs = [
        pair
        for event, occurred_at in zip(events, decoded.occurred_at, strict=True)
        for pair in _pairs(event, occurred_at, rules)
    ]
    tables: list[tuple[str, Columns]] = [
        ("events", event_rows(decoded, _subject(events, rules))),
        ("pairs", {"kind": Same("reaction"), **columns_of(pairs, _PAIR)}),
    ]
    return BatchWrites(batch, tables, None, decoded.rejected, max(decoded.occurred_at, default=None))


def _subject(events: list[Reacted], rules: ReactionRules) -> Columns:
    targets = [event.target for event in events]
    return {
        "user": [event.user for event in events],
        "document": [target.document if isinstance(target, OnMessage) else "" for target in targets],
        "interaction": [event.target_id for event in events],
        "query": ["" if isinstance(target, OnMessage) else target.question for target in targets],
        "meaning": [meaning(event.reaction, rules) for event in events],
    }


def _pairs(event: Reacted, occurred_at: int, rules: ReactionRules) -> list[dict[str, Any]]:
    """Return the pairs of a reaction; none for one that means nothing.

    A withdrawal is the newer row of the pairs that it names, and one without a document, which ends all pairs of the
    reaction (the view `withdrawn_reactions`): it may name no document, or others, and may come first.
    A reaction on a message names no anchor: the view `live_pairs` finds the title of the message's conversation.
    """
    name = meaning(event.reaction, rules)
    if not name:
        return []
    target, withdrawn = event.target, event.change == "withdrawn"
    cited = (target.document,) if isinstance(target, OnMessage) else target.cited
    about = shares(cited, strength(event.reaction, rules), rules)
    reaction = (event.tenant, event.target_id, event.user, name)
    return [
        {
            "tenant": event.tenant,
            "pair": pair_id("reaction", *reaction, *([document] if document else [])),
            "reaction": pair_id("reaction", *reaction),
            "anchor": "" if isinstance(target, OnMessage) else target.question,
            "document": document,
            "weight": weight,
            "user": event.user,
            "event_ids": [event.event_id],
            "occurred_at": occurred_at,
            "withdrawn": int(withdrawn),
            "revision": revision(occurred_at, withdrawn),
        }
        for document, weight in [*about, *([("", 0.0)] if withdrawn else [])]
    ]
