"""What is embedded, on real stores: each text once, whoever needs it and whatever was lost."""

import threading
from pathlib import Path

import numpy as np
import pytest

from indexer.indexing.applying import Applied
from indexer.indexing.sync import Sync
from retrieval import passages
from retrieval.config import EncoderConfig
from retrieval.word_pieces import WordPieces
from stores.embeddings import AT_ONCE, Embeddings
from stores.errors import Retryable
from tests.indexer.conftest import opened
from tests.indexer.world import World
from trainer.judging import embed_in_child
from trainer.judging.stored_vectors import StoredVectors

ENCODER = EncoderConfig(threads=1)


def sentences(count: int, changed: int = -1) -> str:
    return " ".join(
        f"Sentence number {n} of this page says {'another thing' if n == changed else 'something'}{' or so' * (n % 9)}."
        for n in range(count)
    )


def applied(world: World, sync: Sync | None = None) -> Applied:
    sync = sync or world.new_sync()
    sync.ensure(world.target())
    return sync.advance(world.target(), 60)


def test_equal_texts_of_several_documents_are_embedded_once(world: World) -> None:
    with world.together():
        for n in range(20):
            world.put(f"d{n}", 1, "the same words", title="The same title")
    first = applied(world)
    assert (first.embedded, first.kept) == (1, 19)
    world.put("later", 1, "the same words", title="The same title")
    assert (applied(world).embedded, len(world.shown("later"))) == (0, 1)


@pytest.mark.parametrize("changed", [0, 41, 119])
def test_a_changed_sentence_costs_two_passages_at_most(world: World, changed: int) -> None:
    world.put("d", 1, sentences(120))
    assert applied(world).embedded > 10
    world.put("d", 2, sentences(120, changed))
    assert 1 <= applied(world).embedded <= 2


def test_a_lost_collection_is_filled_without_the_model(world: World) -> None:
    with world.together():
        for n in range(9):
            world.put(f"d{n}", 1, f"body {n}")
    applied(world)
    before = world.vectors.get(world.target().collection, ["d3#0"], with_vectors=True)["d3#0"].dense
    world.vectors.drop(world.target().collection)
    world.put("new", 1, "a new text")
    assert applied(world).embedded == 1
    assert world.vectors.get(world.target().collection, ["d3#0"], with_vectors=True)["d3#0"].dense == before


def test_other_rules_of_passages_embed_what_they_cut_otherwise(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.together():
        for n in range(9):
            world.put(f"d{n}", 1, f"body {n}")
    world.put("long", 1, sentences(60))
    applied(world)
    monkeypatch.setattr(passages, "MAX_CHARACTERS", 120)
    again = applied(world)
    assert again.documents == 10
    cut = set(world.sync.read(world.target(), ["long"])["long"].passages)
    assert 0 < again.embedded <= len(cut)


@pytest.mark.thorough
def test_what_a_killed_process_embedded_is_not_embedded_again(world: World) -> None:
    many = 3 * AT_ONCE + 9
    with world.together():
        for n in range(many):
            world.put(f"d{n}", 1, f"body {n}")
    encoded = list[int]()

    class Killed(Exception):
        """Stands for the process's end: nothing behind it runs."""

    def yield_point() -> None:
        if len(encoded) > 5:
            raise Killed
        encoded.append(1)

    with pytest.raises(Killed):
        applied(world, world.new_sync(yield_point=yield_point))
    stored = world.warehouse.rows("SELECT count() AS n FROM embeddings WHERE tenant = {t:String}", t=world.tenant)
    assert applied(world).embedded == many - stored[0]["n"]
    assert 0 < stored[0]["n"] < many


def test_another_tenant_with_the_same_model_and_texts_embeds_its_own(
    world: World, models: dict[str, Path], tmp_path: Path, stack: object
) -> None:
    world.put("d", 1, "what both have", title="Same")
    applied(world)
    with opened(stack, f"{world.tenant}x", world.warehouse, world.vectors, models, tmp_path) as other:  # type: ignore[arg-type]  # the settings
        assert other.manifest(other.live) == world.manifest(world.live)
        other.put("d", 1, "what both have", title="Same")
        assert applied(other).embedded == 1


def test_without_the_store_a_document_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Retryable("away")

    world.put("d", 1, "the text")
    with monkeypatch.context() as patch:
        patch.setattr(Embeddings, "put", away)
        with pytest.raises(Retryable):
            applied(world)
        assert world.shown("d") == []
    assert applied(world).embedded == 1


def judged(world: World, texts: tuple[str, ...], directory: Path) -> tuple[StoredVectors, Path]:
    """What the trainer shares of these passages of the tenant, and the model's directory."""
    stored = StoredVectors(Embeddings(world.warehouse), world.tenant, ENCODER, texts)
    return stored, world.shelf.fetch(world.tenant, world.live)


@pytest.mark.slow
def test_trainer_and_indexer_share_vectors_in_both_directions(world: World, tmp_path: Path) -> None:
    with world.together():
        for n in range(6):
            world.put(f"d{n}", 1, sentences(9 + n), title=f"Page {n}")
    manifest = world.manifest(world.live) or ""
    cut = world.sync.read(world.target(), [f"d{n}" for n in range(6)])
    texts = tuple(text for d in cut.values() for text in d.passages)
    stored, model = judged(world, texts, tmp_path)
    assert WordPieces.of(model, ENCODER).max_tokens == 128
    arguments = tmp_path, ENCODER, lambda _: None, threading.Event(), 1
    made = embed_in_child.embed("one", {"candidate": model}, [*texts, "a query"], *arguments)["candidate"]
    stored.keep(model, manifest, made)
    assert applied(world).embedded == 0, "what the judging made is what the shadow has"
    mine = world.encoders.get(world.tenant, world.live).encode(texts)
    assert np.abs(made.vectors[: len(texts)] - mine).max() < 1e-6

    known = judged(world, texts, tmp_path)[0].known({"live": model}, {"live": manifest})
    assert sorted(known["live", "float32"]) == list(range(len(texts)))
    assert known["live", "float16"] == {}
    rows = world.warehouse.rows("SELECT count() AS n FROM embeddings FINAL WHERE tenant = {t:String}", t=world.tenant)
    assert rows == [{"n": len(set(texts))}], "what people asked is not stored"
