"""Verification against a real collection into which faults are put behind the indexer's back."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from indexer.proof.verify import Verifier, VerifyConfig, is_fresh, objection
from schemas.learning import Proof
from stores.settings import Settings
from stores.vector_rows import ROW_FIELDS, VectorRow, primary_key
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.indexer.conftest import opened
from tests.indexer.loop import Loop
from tests.indexer.world import NOW, World

LONG = "A sentence of some words. " * 60


def row(world: World, of: str, **changed: object) -> VectorRow:
    """The row of a document's first passage, but for what is changed."""
    return world.vectors.rows(world.target().collection, [f"{of}#0"])[f"{of}#0"] | changed


def moved(world: World, of: str, document: str, number: int) -> VectorRow:
    """The same in the place of another passage."""
    place = {"pk": primary_key(document, number), "document": document, "passage": number}
    return row(world, of, **place)


def everything(world: World) -> dict[str, tuple[object, ...]]:
    """All that the collection holds, by key; authority moves with time, so it is rounded."""
    collection = world.target().collection
    rows = world.vectors.rows(collection, sorted(world.vectors.scan_keys(collection)))
    shown = {"dense": tuple, "acl": tuple, "authority": lambda value: round(value, 3)}
    return {key: tuple(shown.get(f, str)(row[f]) for f in ROW_FIELDS) for key, row in rows.items()}


def filled(world: World, documents: int = 30) -> Loop:
    with world.together():
        for n in range(documents):
            world.put(f"d{n}", 1, f"body {n} " + LONG * (n % 3), acl=("everyone", f"g{n}"))
    world.put("gone", 1, LONG)
    world.fill()
    world.put("gone", 2, deleted=True)
    world.fill()
    return Loop(world)


@pytest.fixture(scope="module")
def spoilt(
    stack: Settings,
    warehouse: Warehouse,
    vectors: Vectors,
    models: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """A filled collection that every test damages and leaves mended."""
    tenant, home = f"t{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("shelf")
    with opened(stack, tenant, warehouse, vectors, models, home) as one:
        filled(one)
        yield one


@pytest.mark.thorough
def test_a_right_collection_is_proven(world: World) -> None:
    proof = filled(world).verifier.verify(world.target()).proof
    assert (proof.documents, proof.mismatches, proof.repaired) == (30, 0, 0)
    assert proof.passages > 60
    assert proof.parity_min_cosine > 0.9999
    assert proof.recall_at_10 > 0.95


def spoil(world: World, fault: str) -> set[str]:
    """Put a fault straight into the collection; return the documents that have to be made anew for it."""
    vectors, collection = world.vectors, world.target().collection
    rows = vectors.rows(collection, ["d3#0", "d4#0", "d5#0", "d5#1"])
    swapped = {"swapped texts": "text", "swapped vectors": "dense"}
    if fault == "missing":
        vectors.delete(collection, ["d3#0"])
    elif fault == "missing in the middle":
        vectors.delete(collection, ["d5#1"])
        return {"d5"}
    elif fault == "surplus passage":
        vectors.upsert(collection, [moved(world, "d3", "d3", 1)])
    elif fault == "surplus far behind":
        vectors.upsert(collection, [moved(world, "d3", "d3", 1_400)])
    elif fault == "deleted document":
        vectors.upsert(collection, [moved(world, "d3", "gone", 0)])
        return {"gone"}
    elif fault == "deleted document's later passage":
        vectors.upsert(collection, [moved(world, "d3", "gone", 3)])
        return {"gone"}
    elif fault == "foreign row":
        vectors.upsert(collection, [moved(world, "d3", "x'] or pk != ''", 0)])
        return set()
    elif fault == "foreign key of no shape":
        vectors.upsert(collection, [row(world, "d3", pk="d4#d#-1", document="d4#d", passage=-1)])
        return set()
    elif field := swapped.get(fault):
        three, four = rows["d3#0"], rows["d4#0"]
        vectors.upsert(collection, [three | {field: four[field]}, four | {field: three[field]}])
        return {"d3", "d4"}
    elif fault == "vectors swapped within a document":
        one, two = rows["d5#0"], rows["d5#1"]
        vectors.upsert(collection, [one | {"dense": two["dense"]}, two | {"dense": one["dense"]}])
        return {"d5"}
    else:
        vectors.upsert(collection, [row(world, "d3", **SPOILT[fault])])
    return {"d3"}


SPOILT: dict[str, dict[str, object]] = {
    "old version": {"version": 0},
    "other content": {"content_hash": "other"},
    "other text": {"text": "Title of d3\nAnother text."},
    "no text": {"text": ""},
    "other title": {"title": "Title of d4"},
    "other words": {"terms": "quite other words"},
    "other authority": {"authority": 0.99},
    "wider access": {"acl": ["everyone", "g3", "g4"]},
    "other date": {"updated_at": 1},
    "said to be cut": {"truncated": True},
    "another document's name": {"document": "d4"},
    "another place": {"passage": 2},
    "other vector": {"dense": [1.0] + [0.0] * 31},
}
FAULTS = [
    "missing",
    "missing in the middle",
    "surplus passage",
    "surplus far behind",
    "deleted document",
    "deleted document's later passage",
    "foreign row",
    "foreign key of no shape",
    "swapped texts",
    "swapped vectors",
    "vectors swapped within a document",
    *SPOILT,
]


QUICK = frozenset(
    {"missing in the middle", "deleted document", "swapped vectors", "no text", "wider access", "other vector"}
)


@pytest.mark.parametrize(
    "fault", [pytest.param(each, marks=[] if each in QUICK else pytest.mark.thorough) for each in FAULTS]
)
def test_a_fault_in_the_destination_is_found_and_repaired_and_nothing_else_is_touched(
    spoilt: World, fault: str
) -> None:
    world = spoilt
    before, began = everything(world), world.clock()
    wrong = spoil(world, fault)
    loop = Loop(world)  # which draws a sample that would see hardly any of them
    proof = loop.verifier.verify(world.target()).proof
    assert proof.mismatches == 0
    assert proof.repaired >= 1
    assert proof.parity_min_cosine > 0.9999
    assert everything(world) == before
    assert set(world.documents.changed(world.tenant, world.target().collection, began)) == wrong
    assert loop.verifier.read(world.target()).mismatches == 0


@pytest.mark.thorough
def test_vectors_that_were_wrong_from_the_beginning_are_found_by_the_sample_and_all_of_them_mended(
    world: World,
) -> None:
    embedder = world.sync.embedder(world.target())
    wrong = {f"Title of d{n}\nbody {n}": np.eye(32, dtype=np.float32)[n] for n in (3, 6, 9, 12)}
    embedder.keep(wrong)
    with world.together():
        for n in range(30):
            world.put(f"d{n}", 1, f"body {n}")
    world.fill()
    began = world.clock()
    seeds = iter(range(100))
    verifier = Verifier(world.sync, VerifyConfig(page=7, sample=20), world.clock, lambda: next(seeds))
    proof = verifier.verify(world.target()).proof
    assert (proof.mismatches, proof.repaired, proof.sampled) == (0, 4, 20)
    assert proof.seed == next(seeds) - 1 > 0, "the last sample was drawn anew"
    assert proof.parity_min_cosine > 0.9999
    assert world.documents.changed(world.tenant, world.target().collection, began) == ["d12", "d3", "d6", "d9"]


@pytest.mark.thorough
def test_each_proof_draws_by_a_seed_that_it_names(world: World) -> None:
    loop = filled(world)
    proofs = [loop.verifier.verify(world.target()).proof for _ in range(2)]
    assert proofs[0].seed != proofs[1].seed
    assert [proof.sampled for proof in proofs] == [8, 8]
    assert [proof.searched for proof in proofs] == [8, 8]


@pytest.mark.thorough
def test_reading_alone_repairs_nothing(world: World) -> None:
    loop = filled(world)
    spoil(world, "wider access")
    spoil(world, "foreign row")
    for _ in range(2):
        findings = loop.verifier.read(world.target())
        assert findings.wrong == {"d3": "access list"}
        assert findings.foreign == ["x'] or pk != ''#0"]
    assert loop.verifier.read(world.target(), only=["d1", "d2"]).mismatches == 0


@pytest.mark.thorough
def test_what_cannot_be_repaired_stays_a_mismatch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = filled(world)
    spoil(world, "missing")
    monkeypatch.setattr(type(world.vectors), "upsert", lambda *_: None)
    proof = loop.verifier.verify(world.target()).proof
    assert (proof.mismatches, proof.sampled, proof.recall_at_10) == (1, 0, 0.0), "nothing was drawn, and that is said"


@pytest.mark.thorough
def test_what_its_words_do_not_find_is_a_mismatch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(world)
    loop, by_words = Loop(world, VerifyConfig(page=7, sample=8, searched=500)), world.vectors.by_words
    monkeypatch.setattr(
        world.vectors, "by_words", lambda *g: [[hit for hit in hits if hit[0] != "d9#0"] for hits in by_words(*g)]
    )
    assert loop.verifier.verify(world.target()).proof.mismatches == 1


SOUND = Proof(documents=1, passages=1, mismatches=0, repaired=0, parity_min_cosine=1.0, recall_at_10=1.0)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, ""),
        ({"recall_at_10": 0.9}, ""),
        ({"recall_at_10": 0.899}, "finds 0.899 of the exact ten nearest, at least 0.9 are required"),
        ({"parity_min_cosine": 0.998}, "cosine 0.9980"),
        ({"mismatches": 2}, "2 mismatches could not be repaired"),
    ],
)
def test_a_proof_that_shows_too_little_refuses(wrong: dict[str, float], why: str) -> None:
    reason = objection(SOUND.model_copy(update=wrong), VerifyConfig())
    assert bool(reason) == bool(why)
    assert why in reason


@pytest.mark.thorough
def test_a_document_that_changes_meanwhile_is_no_mismatch(world: World) -> None:
    loop = filled(world)
    world.put("d3", 2, "changed just now")
    proof = loop.verifier.verify(world.target()).proof
    assert (proof.mismatches, proof.repaired) == (0, 0)
    assert [version for version, _, _ in world.shown("d3")] == [2]


@pytest.mark.parametrize(
    ("age_h", "changed", "fresh"), [(0, 0, True), (24, 20, True), (24.01, 0, False), (0, 21, False), (-0.01, 0, False)]
)
def test_how_long_a_proof_holds(age_h: float, changed: int, fresh: bool) -> None:
    assert is_fresh(NOW - timedelta(hours=age_h), NOW, changed, 100, VerifyConfig()) is fresh
