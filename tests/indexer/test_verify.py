"""Verification against a real collection into which faults are put behind the indexer's back."""

from datetime import timedelta

import pytest

from indexer.verify import VerifyConfig, is_fresh
from retrieval.text import terms
from stores.vector_rows import VectorRow, vector_row
from tests.indexer.loop import Loop
from tests.indexer.world import NOW, World

LONG = "A sentence of some words. " * 60


def row(world: World, of: str, **changed: object) -> VectorRow:
    """A right row of a document, but for what is changed."""
    d = world.sync.read(world.target(), [of])[of]
    dense = world.vectors.get(world.target().collection, [f"{of}#0"], with_vectors=True)[f"{of}#0"].dense
    fields: dict[str, object] = {
        "document": of,
        "number": 0,
        "version": d.version,
        "content_hash": d.content_hash,
        "acl": d.acl,
        "title": d.title,
        "text": d.passages[0],
        "terms": terms(d.passages[0]),
        "dense": dense,
        "authority": 0.5,
        "updated_at_ms": d.updated_ms,
    }
    return vector_row(**(fields | changed))  # type: ignore[arg-type]  # a row with one field spoilt


def filled(world: World, documents: int = 30) -> Loop:
    for n in range(documents):
        world.put(f"d{n}", 1, f"body {n} " + LONG * (n % 3), acl=("everyone", f"g{n}"))
    world.put("gone", 1, LONG)
    world.fill()
    world.put("gone", 2, deleted=True)
    world.fill()
    return Loop(world)


def test_a_right_collection_is_proven(world: World) -> None:
    proof = filled(world).verifier.verify(world.target()).proof
    assert (proof.documents, proof.mismatches, proof.repaired) == (30, 0, 0)
    assert proof.passages > 60
    assert proof.parity_min_cosine > 0.9999
    assert proof.recall_at_10 > 0.95


def spoil(world: World, fault: str) -> None:
    vectors, collection = world.vectors, world.target().collection
    if fault == "missing":
        vectors.delete(collection, ["d3#0"])
    elif fault == "missing in the middle":
        vectors.delete(collection, ["d5#1"])
    elif fault == "surplus passage":
        vectors.upsert(collection, [row(world, "d3", number=1)])
    elif fault == "surplus far behind":
        vectors.upsert(collection, [row(world, "d3", number=1_400)])
    elif fault == "deleted document":
        vectors.upsert(collection, [row(world, "d3", document="gone")])
    elif fault == "deleted document's later passage":
        vectors.upsert(collection, [row(world, "d3", document="gone", number=3)])
    elif fault == "foreign row":
        vectors.upsert(collection, [row(world, "d3", document="x'] or pk != ''")])
    elif fault == "foreign key of no shape":
        vectors.upsert(collection, [row(world, "d3", document="d4#d", number=-1)])
    else:
        spoilt: dict[str, dict[str, object]] = {
            "old version": {"version": 0},
            "other text": {"content_hash": "other"},
            "wider access": {"acl": ("everyone", "g3", "g4")},
            "other vector": {"dense": [1.0] + [0.0] * 31},
        }
        vectors.upsert(collection, [row(world, "d3", **spoilt[fault])])


@pytest.mark.parametrize(
    "fault",
    [
        "missing",
        "missing in the middle",
        "surplus passage",
        "surplus far behind",
        "deleted document",
        "deleted document's later passage",
        "foreign row",
        "foreign key of no shape",
        "old version",
        "other text",
        "wider access",
        "other vector",
    ],
)
def test_a_fault_in_the_destination_is_found_and_repaired(world: World, fault: str) -> None:
    loop = filled(world)
    before = sorted(world.vectors.scan_keys(world.target().collection))
    spoil(world, fault)
    proof = Loop(world, VerifyConfig(page=7, sample=40)).verifier.verify(world.target()).proof
    assert proof.mismatches == 0
    assert proof.repaired >= 1
    assert proof.parity_min_cosine > 0.9999
    assert sorted(world.vectors.scan_keys(world.target().collection)) == before
    assert loop.verifier.verify(world.target()).proof.repaired == 0


def test_reading_alone_repairs_nothing(world: World) -> None:
    loop = filled(world)
    spoil(world, "wider access")
    spoil(world, "foreign row")
    for _ in range(2):
        findings = loop.verifier.read(world.target())
        assert findings.wrong == {"d3": "access list"}
        assert findings.foreign == ["x'] or pk != ''#0"]
    assert loop.verifier.read(world.target(), only=["d1", "d2"]).mismatches == 0


def test_what_cannot_be_repaired_stays_a_mismatch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = filled(world)
    spoil(world, "missing")
    monkeypatch.setattr(type(world.vectors), "upsert", lambda *_: None)
    assert loop.verifier.verify(world.target()).proof.mismatches == 1


def test_a_document_that_changes_meanwhile_is_no_mismatch(world: World) -> None:
    loop = filled(world)
    world.put("d3", 2, "changed just now")
    proof = loop.verifier.verify(world.target()).proof
    assert (proof.mismatches, proof.repaired) == (0, 0)
    assert [version for version, _, _ in world.shown("d3")] == [2]


@pytest.mark.parametrize(
    ("age_h", "changed", "fresh"), [(0, 0, True), (24, 20, True), (24.01, 0, False), (0, 21, False)]
)
def test_how_long_a_proof_holds(age_h: float, changed: int, fresh: bool) -> None:
    assert is_fresh(NOW - timedelta(hours=age_h), NOW, changed, 100, VerifyConfig()) is fresh
