"""Whether the standby can take over: its collection is read, not assumed.

There         Milvus has the collection, and nobody is filling it anew
complete      what the live collection has shown for `COMING_S` is recorded of it too, and of a random sample of what is
              recorded every first and last passage is read back by key; what is not there is looked at again, because a
              document may be changed meanwhile

While ClickHouse is away a rollback must be possible all the same: then the rows of both collections are counted, which
the same rules cut from the same documents.
"""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from stores.errors import Refused, Retryable
from stores.serving import Serving, ServingRecord
from stores.vector_rows import primary_key
from stores.warehouse import Row, Warehouse

if TYPE_CHECKING:
    from stores.vectors import Vectors

LOG = logging.getLogger(__name__)

SAMPLE = 500
"""Documents read back: one that lacks a hundredth of them is found out with a certainty of 99 %."""

COMING_S = 15
"""Live comes first and the standby follows: what was applied to live within so many seconds may still be to come, and
is applied first once the standby is live. So documents that never cease to change do not stop a rollback."""

STUCK_S = 600
"""A standby that shows older versions than live has had for so many seconds is not kept fresh any more."""

LEAST_SHARE = 0.99
"""Of the live collection's rows; both follow the same changes, not at the same moment."""

_LOOKS, _PAUSE_S = 4, 0.2
_NEXT = "nothing was moved; the indexer makes it whole by itself, `tidewheel status` shows how far it is"


def check(serving: Serving, vectors: "Vectors", warehouse: Callable[[], Warehouse], record: ServingRecord) -> None:
    """Raise `Refused`, saying what is missing, unless the record's standby is there and complete.

    `warehouse` connects to ClickHouse. Raises `Retryable` when Redis or Milvus does not answer.
    """
    check_there(serving, vectors, record)
    try:
        check_complete(vectors, warehouse(), record)
    except Retryable as error:
        LOG.warning("the standby's rows are only counted: %s", error)
        check_count(vectors, record)


def check_count(vectors: "Vectors", record: ServingRecord) -> None:
    """Raise `Refused` when the standby has no rows, or clearly fewer than the live collection, if that is there."""
    assert record.standby is not None
    collection = record.standby.collection
    there = vectors.count(collection)
    wanted = vectors.count(record.collection) if vectors.exists(record.collection) else 0
    if there < max(1, LEAST_SHARE * wanted):
        raise Refused(f"the standby {collection} has {there:,} passages, {record.collection} has {wanted:,}; {_NEXT}")


def check_there(serving: Serving, vectors: "Vectors", record: ServingRecord) -> None:
    """Raise `Refused` unless Milvus has the standby's collection and nobody fills it anew; `Retryable` as stores do."""
    assert record.standby is not None
    collection = record.standby.collection
    if not vectors.exists(collection):
        raise Refused(f"the standby {collection} is gone from Milvus; {_NEXT}")
    if rebuild := serving.rebuilds.get(record.tenant, collection):
        raise Refused(f"the standby {collection} is {rebuild}; {_NEXT}")


def check_complete(
    vectors: "Vectors", warehouse: Warehouse, record: ServingRecord, pause: Callable[[float], None] = time.sleep
) -> None:
    """Raise `Refused` when the standby lacks documents that it should have; `Retryable` as the stores do."""
    assert record.standby is not None
    collection, tenant = record.standby.collection, record.tenant
    behind = {"live": record.collection, "standby": collection, "coming_s": COMING_S, "stuck_s": STUCK_S}
    counts = warehouse.query("standby_behind", tenant=tenant, **behind)[0]
    if counts["coming"]:
        LOG.warning("%d documents of the last %d s are still to come to %s", counts["coming"], COMING_S, collection)
    if lacking := int(counts["lacking"]):
        raise Refused(f"the standby {collection} lacks {lacking:,} of {int(counts['shown']):,} documents; {_NEXT}")
    if stuck := int(counts["stuck"]):
        raise Refused(
            f"the standby {collection} has had older versions of {stuck:,} documents for over {STUCK_S // 60} minutes; "
            f"{_NEXT}"
        )
    rows = warehouse.query("standby_sample", tenant=tenant, collection=collection, limit=SAMPLE)
    sampled = len(rows)
    for look in range(_LOOKS):
        lost = _absent(vectors, collection, rows)
        if not lost:
            return
        if look < _LOOKS - 1:
            pause(_PAUSE_S)
            rows = warehouse.query("index_applied", tenant=tenant, collection=collection, documents=lost)
    raise Refused(
        f"of {sampled:,} documents read back from the standby {collection}, {len(lost):,} are not there whole "
        f"({', '.join(lost[:3])}); nothing was moved: run `tidewheel rebuild --tenant {tenant}`, then roll back"
    )


def _absent(vectors: "Vectors", collection: str, rows: list[Row]) -> list[str]:
    """Return the documents of which the first or the last recorded passage is not in the collection."""
    ends = {
        row["document"]: {primary_key(row["document"], number) for number in (0, row["passages"] - 1)}
        for row in rows
        if row["passages"]
    }
    there = vectors.get(collection, sorted(key for keys in ends.values() for key in keys))
    return [document for document, keys in ends.items() if not keys <= there.keys()]
