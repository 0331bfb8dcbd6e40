"""Samples: how large, how drawn, and what they find."""

import random

import numpy as np
import pytest

from indexer.proof.sampling import PARITY, SELF_SHARE, Sampler, draw, is_found, needed
from indexer.proof.verify import VerifyConfig
from stores.embeddings import Embeddings
from stores.vector_rows import primary_key
from tests.indexer.world import World


def test_the_sample_sees_damage_to_one_in_a_thousand_with_95_percent() -> None:
    assert needed(0.001, 0.95) == 2_995 <= VerifyConfig().sample
    assert needed(0.5, 0.5) == 1
    chance, damaged = random.Random(5), frozenset(range(0, 20_000, 1_000))
    passages = {f"d{n}": 4 for n in range(5_000)}
    seen = sum(
        any(int(name[1:]) * 4 + n in damaged for name, own in drawn.items() for n in own)
        for drawn in (draw(passages, needed(0.001, 0.95), chance.getrandbits(40)) for _ in range(60))
    )
    assert seen >= 52, "95 % of 60 are 57; fewer than 52 come about once in a hundred such tests"


def test_every_passage_is_as_likely_and_all_are_taken_when_there_are_few() -> None:
    passages = {"a": 1, "none": 0, "b": 3, "c": 2}
    assert draw(passages, 99, 1) == {"a": [0], "b": [0, 1, 2], "c": [0, 1]}
    assert draw({}, 5, 1) == draw({"none": 0}, 5, 1) == {}
    times = dict.fromkeys((f"{name}{n}" for name, own in passages.items() for n in range(own)), 0)
    for seed in range(3_000):
        for name, own in draw(passages, 2, seed).items():
            for number in own:
                times[f"{name}{number}"] += 1
    assert sum(times.values()) == 6_000
    assert max(abs(count - 1_000) for count in times.values()) < 120


def test_another_seed_draws_others_and_the_same_seed_the_same() -> None:
    passages = {f"d{n}": 2 for n in range(500)}
    assert draw(passages, 50, 1) == draw(passages, 50, 1) != draw(passages, 50, 2)


CROWD = [(f"x{n}", 9.0) for n in range(10)]


@pytest.mark.parametrize(
    ("first", "own", "found"),
    [
        ([("x", 9.0), ("me", 0.1)], [], True),
        (CROWD, [("me", 4.0)], True),
        (CROWD, [("my neighbour", 4.0), ("me", 4.0 * SELF_SHARE)], True),
        (CROWD, [("my neighbour", 4.0), ("me", 4.0 * SELF_SHARE - 0.1)], False),
        (CROWD, [("my neighbour", 4.0)], False),
        (CROWD, [], False),
        (CROWD[:9], [("me", 4.0)], False),
        ([], [], False),
    ],
    ids=["among the first", "a crowd", "a good neighbour", "too bad", "absent", "no word", "no crowd", "nothing"],
)
def test_a_passage_is_among_the_hits_for_its_words_ties_aside(
    first: list[tuple[str, float]], own: list[tuple[str, float]], found: bool
) -> None:
    assert is_found("me", first, own) is found


def filled(world: World) -> Sampler:
    with world.together():
        for n in range(30):
            world.put(f"d{n}", 1, f"body {n} about things. " + f"A sentence of number {n}. " * 40 * (n % 3))
    world.fill()
    world.sync.seal(world.target().collection)
    return Sampler(world.sync, 7)


def passages_of(world: World) -> dict[str, int]:
    return {d.document: len(d.passages) for d in world.sync.read(world.target(), [f"d{n}" for n in range(30)]).values()}


@pytest.mark.thorough
def test_a_sound_collection_is_what_the_model_makes_and_both_indexes_find_it(world: World) -> None:
    sampler, passages = filled(world), passages_of(world)
    everything = draw(passages, 10_000, 1)
    parity = sampler.parity(world.target(), everything)
    assert (parity.passages, list(parity.wrong)) == (sum(passages.values()), [])
    assert parity.least > 0.9999
    searched = sampler.search(world.target(), everything, passages)
    assert (searched.passages, list(searched.lost)) == (sum(passages.values()), [])
    assert searched.recall > 0.95


@pytest.mark.thorough
def test_a_vector_that_was_wrong_when_it_was_made_is_found_and_the_store_mended(world: World) -> None:
    """Nobody but the model can tell: row, record and embedding store agree on the wrong vector."""
    embedder = world.sync.embedder(world.target())
    text = "Title of d3\nbody 3 about things."
    wrong = np.eye(32, dtype=np.float32)[0]
    embedder.keep({text: wrong})
    sampler = filled(world)
    row = world.vectors.rows(world.target().collection, [primary_key("d3", 0)])["d3#0"]
    assert (row["text"], row["dense"].tolist()) == (text, wrong.tolist())
    parity = sampler.parity(world.target(), draw(passages_of(world), 10_000, 1))
    assert (list(parity.wrong), parity.least < PARITY) == (["d3"], True)
    encoder = world.encoders.get(world.tenant, world.live)
    name = encoder.encoding(world.manifest(world.live) or "")
    stored = Embeddings(world.warehouse).get(world.tenant, name, [text])[text]
    assert stored @ encoder.encode([text])[0] > 0.9999


@pytest.mark.thorough
def test_what_changed_meanwhile_and_is_not_applied_yet_is_no_part_of_the_sample(world: World) -> None:
    sampler, passages = filled(world), passages_of(world)
    everything, target = draw(passages, 10_000, 1), world.target()
    world.put("d3", 2, "zebra quokka ocelot")
    parity, searched = sampler.parity(target, everything), sampler.search(target, everything, passages)
    assert (list(parity.wrong), list(searched.lost)) == ([], [])
    assert parity.passages == searched.passages == sum(passages.values()) - passages["d3"]


def test_documents_that_went_meanwhile_are_no_part_of_the_sample(world: World) -> None:
    sampler = filled(world)
    world.put("d4", 2, deleted=True)
    assert sampler.parity(world.target(), {"d4": [0], "d5": [0, 99]}).passages == 1


@pytest.mark.thorough
def test_an_index_that_lost_rows_has_less_recall(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sampler, passages = filled(world), passages_of(world)
    nearest = world.vectors.nearest
    monkeypatch.setattr(world.vectors, "nearest", lambda *given: [near[5:] for near in nearest(*given)])
    recall = sampler.search(world.target(), draw(passages, 20, 1), passages).recall
    assert recall == pytest.approx(0.5, abs=0.02)


def test_rows_that_their_words_do_not_find_are_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sampler, passages = filled(world), passages_of(world)
    by_words = world.vectors.by_words
    monkeypatch.setattr(
        world.vectors, "by_words", lambda *g: [[hit for hit in hits if hit[0] != "d9#0"] for hits in by_words(*g)]
    )
    assert list(sampler.search(world.target(), {"d8": [0], "d9": [0]}, passages).lost) == ["d9"]
