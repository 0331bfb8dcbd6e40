"""What was recorded of documents is read back."""

from indexer.feed.records import Records
from stores.vector_rows import rows_digest
from tests.indexer.world import World


def test_what_was_written_is_recorded_with_its_digest_and_authority(world: World) -> None:
    world.put("d", 1, "A sentence. " * 100)
    world.put("gone", 1, "x")
    world.fill()
    world.put("gone", 2, deleted=True)
    world.fill()
    records, collection = Records(world.warehouse), world.target().collection
    found = records.of(world.tenant, collection, ["d", "gone", "never"])
    keys = [f"d#{n}" for n in range(len(world.shown("d")))]
    rows = list(world.vectors.rows(collection, keys).values())
    assert found.keys() == {"d", "gone"}
    assert (found["d"].deleted, found["gone"].deleted, found["gone"].digest) == (False, True, "")
    assert found["d"].digest == rows_digest(sorted(rows, key=lambda row: int(row["passage"])))
    assert found["d"].authority == rows[0]["authority"] > 0
    assert found["d"].shown == world.documents.read(world.tenant, ["d"])["d"].revision
    assert records.digests(world.tenant, collection, ["d"]) == {"d": found["d"].digest}
    assert records.of(world.tenant, f"{collection}x", ["d"]) == records.of(world.tenant, collection, []) == {}
