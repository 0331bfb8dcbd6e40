"""A snapshot again, from its manifest and the warehouse: the same training data, byte for byte, or what is missing.

Signals are found by their id even when they were withdrawn since, documents by their version in the raw events. What a
person asked to be forgotten is gone on purpose, and then the answer is `Refused` with what is missing.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from stores.errors import Refused
from stores.warehouse import Warehouse
from trainer.data.examples import CleaningRules, Document, build
from trainer.data.snapshot import SnapshotRules, pair_row, training_data

_CHUNK = 1_000


def rebuild(warehouse: Warehouse, manifest: bytes, rules: SnapshotRules) -> bytes:
    """Return the training data that the manifest names. Raises `Refused` when it cannot be had any more."""
    result = json.loads(manifest)
    named = {(kind, pair): (weight, anchor) for kind, pair, weight, anchor in result["pairs"]}
    found = _chunks(warehouse, "training_rebuild_pairs", result["tenant"], "pairs", sorted({p for _, p in named}))
    rows = [
        pair_row(
            {
                **row,
                **dict(zip(("weight", "anchor_document"), named[row["kind"], row["pair"]], strict=True)),
                "document": _then(row, result["documents"]),
            }
        )
        for row in found
        if (row["kind"], row["pair"]) in named
    ]
    if len(rows) != len(named):
        raise Refused(f"{len(named) - len(rows)} of {len(named)} signals are gone from the warehouse; train anew")
    examples = build(rows, _documents(warehouse, result, rules), CleaningRules(**result["cleaning"]))
    content = training_data(examples.kept)
    if hashlib.sha256(content).hexdigest() != result["examples"]["sha256"]:
        raise Refused("the warehouse holds other contents than the manifest names; train anew")
    return content


def _then(row: dict[str, Any], documents: dict[str, Any]) -> str:
    """Return the id under which the snapshot had a pair's document, which may have been renamed before it or since."""
    return str(next((name for name in (row["document"], row["current"]) if name in documents), row["document"]))


def _documents(warehouse: Warehouse, result: dict[str, Any], rules: SnapshotRules) -> dict[str, Document]:
    wanted: dict[str, list[Any]] = result["documents"]
    found = _chunks(warehouse, "training_rebuild_documents", result["tenant"], "documents", sorted(wanted))
    documents = {
        row["document"]: Document(
            document=row["document"],
            version=row["version"],
            title=row["title"],
            body=row["body"][: rules.max_characters],
            content_hash=wanted[row["document"]][1],
            links=frozenset(),
            opened=0,
            updated_at=datetime.min.replace(tzinfo=UTC),
        )
        for row in found
        if row["version"] == wanted[row["document"]][0]
    }
    if len(documents) != len(wanted):
        raise Refused(f"{len(wanted) - len(documents)} document versions are gone from the warehouse; train anew")
    return documents


def _chunks(warehouse: Warehouse, query: str, tenant: str, name: str, ids: list[str]) -> list[dict[str, Any]]:
    rows = []
    for start in range(0, len(ids), _CHUNK):
        rows += warehouse.query(query, tenant=tenant, **{name: ids[start : start + _CHUNK]})
    return rows
