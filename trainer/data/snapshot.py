"""What a run learns from, taken at one moment: signals, documents, and a dated, hashed manifest that names them all.

Per-person caps and the discount of hubs are applied by the query, because they need the whole population. Everything
after this step is a function of the snapshot alone. The manifest holds ids, weights and hashes, no text:
`trainer.data.rebuild` gives the same bytes again from the warehouse, as long as nobody asked to be forgotten.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from retrieval.access import open_to_all
from retrieval.authority import USE_WINDOW, UsageStats, authority
from retrieval.passages import READ_CHARACTERS
from schemas.instants import milliseconds
from stores.warehouse import Warehouse
from trainer.data.added_tests import AddedTest
from trainer.data.examples import CleaningRules, Document, Example, Examples, PairRow, build

FORMAT = 1
ANSWER_DEPTH = 10
"""Documents of an answer that are kept: of what stands lower nearly nothing is opened."""

DROPPED = "not worth learning from"
"""Why a pair without an example is unused; the manifest counts the reasons."""


class SnapshotRules(BaseModel):
    """How much is read, and how loud one person may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    per_user: int = Field(
        default=200, ge=1, description="newest signals of one kind by one person; nobody trains the model alone"
    )
    max_pairs: int = Field(default=200_000, ge=1, description="newest signals; bounds memory to some hundred MB")
    max_documents: int = Field(
        default=50_000, ge=1, description="most opened documents; bounds memory and evaluation time"
    )
    max_characters: int = Field(default=READ_CHARACTERS, ge=1, description="of a body; the index reads no more of it")
    max_answers: int = Field(
        default=50_000, ge=1, description="newest answers to clicked queries, one a person; bounds memory"
    )
    satisfied_s: float = Field(
        default=30.0,
        ge=0,
        description="seconds of dwell; who left sooner was not satisfied, and the opening judges nothing",
    )
    nearby_s: int = Field(
        default=1_800, ge=0, description="seconds; what somebody opened within is no negative for them"
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody was shown for a query, best first."""

    query: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of one tenant. `nearby` gives for an event the documents that its user opened around it.

    `answers` has what people were shown for the queries that anybody clicked after, one answer a person and query.
    `judgments` are people's grades, by query and document, `tests` the behaviour tests that people added.
    """

    tenant: str
    run: str
    parent: str
    as_of: datetime
    rows: tuple[PairRow, ...]
    documents: dict[str, Document]
    nearby: dict[str, tuple[str, ...]]
    answers: tuple[Answer, ...] = ()
    judgments: dict[str, dict[str, float]] = field(default_factory=dict)
    tests: tuple[AddedTest, ...] = ()

    def save(self, path: Path) -> None:
        """Write it for a run that is resumed; the file is whole or absent."""
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(_ADAPTER.dump_json(self))
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Snapshot":
        """Read what `save` wrote."""
        return _ADAPTER.validate_json(path.read_bytes())


_ADAPTER = TypeAdapter(Snapshot)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The canonical bytes that name a snapshot, and the id that is their hash."""

    id: str
    content: bytes


def take(warehouse: Warehouse, tenant: str, run: str, parent: str, as_of: datetime, rules: SnapshotRules) -> Snapshot:
    """Read the signals up to `as_of` and the documents as they are. Raises `Retryable` when the warehouse is away."""
    pairs = warehouse.query(
        "training_pairs",
        tenant=tenant,
        as_of=as_of,
        per_user=rules.per_user,
        limit=rules.max_pairs,
        satisfied_s=rules.satisfied_s,
    )
    documents = warehouse.query(
        "training_documents", tenant=tenant, characters=rules.max_characters, limit=rules.max_documents
    )
    used = warehouse.query("training_standing", tenant=tenant, since_ms=milliseconds(as_of - USE_WINDOW))
    usage = {row["document"]: UsageStats(int(row["references"]), int(row["people"])) for row in used}
    answers = warehouse.query(
        "training_answers", tenant=tenant, as_of=as_of, shown=ANSWER_DEPTH, limit=rules.max_answers
    )
    nearby = warehouse.query("training_nearby", tenant=tenant, seconds=rules.nearby_s, limit=rules.max_pairs)
    judgments: dict[str, dict[str, float]] = {}
    for row in warehouse.query("judgments", tenant=tenant):
        judgments.setdefault(row["query"], {})[row["document"]] = float(row["grade"])
    rows = sorted((pair_row(row) for row in pairs), key=lambda row: (row.kind, row.pair))
    wanted = {event for row in rows for event in row.event_ids}
    return Snapshot(
        tenant=tenant,
        run=run,
        parent=parent,
        as_of=as_of,
        rows=tuple(rows),
        documents={
            row["document"]: _document(row, usage.get(row["document"], UsageStats()), as_of)
            for row in sorted(documents, key=lambda row: str(row["document"]))
        },
        nearby={row["event_id"]: tuple(row["nearby"]) for row in nearby if row["event_id"] in wanted},
        answers=tuple(Answer(row["query"], tuple(row["documents"])) for row in answers),
        judgments=judgments,
    )


def manifest(snapshot: Snapshot, examples: Examples, rules: CleaningRules) -> Manifest:
    """Return the manifest of the snapshot and of the examples that were made of it."""
    touched = {d for row in snapshot.rows for d in (row.document, row.anchor_document) if d in snapshot.documents}
    content: dict[str, Any] = {
        "format": FORMAT,
        "tenant": snapshot.tenant,
        "run": snapshot.run,
        "parent": snapshot.parent,
        "as_of": snapshot.as_of.isoformat(),
        "cleaning": rules.model_dump(),
        "pairs": [[row.kind, row.pair, row.weight, row.anchor_document] for row in snapshot.rows],
        "documents": {
            name: [snapshot.documents[name].version, snapshot.documents[name].content_hash] for name in sorted(touched)
        },
        "corpus": {"documents": len(snapshot.documents), "sha256": _sha256(_corpus_lines(snapshot))},
        "examples": {"count": len(examples.kept), "sha256": _sha256(training_data(examples.kept))},
        "dropped": dict(examples.dropped),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return Manifest(f"snapshot-{_sha256(text)[:24]}", text)


def training_data(examples: Sequence[Example]) -> bytes:
    """Return the examples as canonical JSON lines: what `examples.sha256` of the manifest is the hash of."""
    lines = (
        json.dumps([e.anchor, e.document, e.text, e.weight, sorted(e.kinds), list(e.pairs)], ensure_ascii=False)
        for e in examples
    )
    return "".join(f"{line}\n" for line in lines).encode()


def examples_of(snapshot: Snapshot, rules: CleaningRules) -> Examples:
    """Return the clean examples of the snapshot."""
    return build(snapshot.rows, snapshot.documents, rules)


def lineage(
    snapshot: Snapshot, name: str, examples: Sequence[Example], sides: Sequence[str], causes: Sequence[str]
) -> dict[str, list[Any]]:
    """Return the rows of `snapshot_pairs`, as columns: every pair that was read, its side, and why it is unused."""
    found = list(zip(examples, sides, causes, strict=True))
    side_of = {pair: side for example, side, _ in found for pair in example.pairs}
    cause_of = {pair: cause for example, _, cause in found for pair in example.pairs}
    return {
        "tenant": [snapshot.tenant] * len(snapshot.rows),
        "snapshot": [name] * len(snapshot.rows),
        "pair": [row.pair for row in snapshot.rows],
        "side": [side_of.get(row.pair, "unused") for row in snapshot.rows],
        "cause": [cause_of.get(row.pair, DROPPED) for row in snapshot.rows],
        "weight": [row.weight for row in snapshot.rows],
    }


def pair_row(row: dict[str, Any]) -> PairRow:
    """Return a row of the warehouse as a value. Weights are rounded: sums then do not depend on the engine."""
    return PairRow(
        pair=row["pair"],
        kind=row["kind"],
        anchor=row["anchor"],
        anchor_document=row["anchor_document"],
        document=row["document"],
        weight=round(float(row["weight"]), 6),
        event_ids=tuple(row["event_ids"]),
        occurred_at=row["occurred_at"],
        satisfied=bool(row.get("satisfied", True)),
    )


def _document(row: dict[str, Any], usage: UsageStats, as_of: datetime) -> Document:
    return Document(
        document=row["document"],
        version=int(row["version"]),
        title=row["title"],
        body=row["body"],
        content_hash=row["content_hash"],
        links=frozenset(row["link_targets"]),
        opened=int(row["opened"]),
        updated_at=row["updated_at"],
        searchable=row["kind"] != "message",
        for_everyone=open_to_all(row["acl"]),
        authority=authority(usage, row["updated_at"], as_of),
        clicked=tuple(row["clicked"]),
        app=row["app"],
    )


def _corpus_lines(snapshot: Snapshot) -> bytes:
    return "".join(f"{d.document}\t{d.version}\t{d.content_hash}\n" for d in snapshot.documents.values()).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
