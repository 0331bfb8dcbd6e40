"""What the trainer judges is what a search serves: the same documents in the same order, on the real index."""

from random import Random

import pytest

from indexer.search import retrieve
from retrieval.bm25 import Bm25
from retrieval.encoders import Encoder
from schemas.fusion import EVEN, Fusion
from tests.indexer.world import World
from trainer.data import snapshot
from trainer.data.snapshot import SnapshotRules
from trainer.judging import corpus
from trainer.judging.corpus import Corpus
from trainer.judging.served import WANTED, ServedRanking

WORDS = (
    *("leave", "travel", "expense", "policy", "merger", "plan", "lunch", "menu", "server", "backup", "badge"),
    *("HTTP_STATUS_CODE", "getUserName", "größe", "café", "invoice", "contract", "holiday", "laptop", "security"),
    *("review", "meeting", "note", "salary", "bonus", "visa", "permit", "desk", "table"),
)
FUSIONS = (EVEN, Fusion(dense=0.1), Fusion(dense=0.9), Fusion(dense=0.7, k=10))
QUERIES = 40


def text(rng: Random, words: int) -> str:
    drawn = [rng.choice(WORDS) if rng.random() < 0.8 else f"w{rng.randrange(400)}" for _ in range(words)]
    return " ".join(f"{word}." if rng.random() < 0.1 else word for word in drawn)


def company(world: World, rng: Random) -> None:
    """Write pages of one passage and of many, some linked, opened or old, so that authorities differ."""
    names = [f"d{n}" for n in range(90)]
    for n, name in enumerate(names):
        body = text(rng, rng.choice([8, 30, 120, 900]))
        links = tuple(rng.sample(names, 3)) if n % 7 == 0 else ()
        world.put(name, 1, body, title=text(rng, 4), links=links, updated_at=world.clock())
    world.put("東京", 1, "東京の休暇規程は人事部が管理します。京都の規程は別にあります。" * 20, title="休暇規程")
    world.put("empty", 1, "", title=" ")
    world.put("gone", 1, "leave", deleted=True)
    for n in range(60):
        world.event("DocumentOpened", f"u{n % 13}", document=rng.choice(names[:20]))
    world.fill()


def judged(world: World, encoder: Encoder) -> Corpus:
    rules = SnapshotRules()
    taken = snapshot.take(world.warehouse, world.tenant, "run-1", world.live, world.clock(), rules)
    return corpus.build(taken.documents, [], [], 1_000, encoder.pieces)


def test_the_trainer_ranks_as_the_search_does(world: World) -> None:
    rng = Random(7)
    company(world, rng)
    target = world.target()
    encoder = world.encoders.get(world.tenant, target.model, target.manifest)
    queries = [text(rng, rng.choice([1, 2, 3, 6])) for _ in range(QUERIES)] + ["休暇規程", "京都"]
    over = judged(world, encoder)
    assert len(set(over.authority)) > 20, "authorities are at hand, and differ"
    assert len(over.texts) > len(over.names) + 50, "documents of many passages"
    served = ServedRanking(over, Bm25(over.texts))
    ours = served.rank(encoder.encode(list(over.texts)), encoder.encode(queries), queries, FUSIONS)
    for fusion, rankings in zip(FUSIONS, ours, strict=True):
        answers = retrieve(world.vectors, encoder, target.collection, queries, None, WANTED, fusion)
        theirs = [[found.document for found in answer] for answer in answers]
        assert [ranking[:WANTED] for ranking in rankings] == theirs, fusion
    assert ours[1] != ours[2], "the weights matter here"


@pytest.mark.parametrize("wrong", [0.0, 0.5])
def test_another_authority_would_be_noticed(world: World, wrong: float) -> None:
    """The comparison above can fail: with other authorities some orders differ."""
    rng = Random(7)
    company(world, rng)
    target = world.target()
    encoder = world.encoders.get(world.tenant, target.model, target.manifest)
    queries = [text(rng, 2) for _ in range(QUERIES)]
    over = judged(world, encoder)
    flat = Corpus(over.names, over.texts, over.first, tuple(wrong * (n % 2) for n in range(len(over.names))))
    (ours,) = ServedRanking(flat, Bm25(over.texts)).rank(
        encoder.encode(list(over.texts)), encoder.encode(queries), queries, [EVEN]
    )
    answers = retrieve(world.vectors, encoder, target.collection, queries, None, WANTED, EVEN)
    assert [ranking[:WANTED] for ranking in ours] != [[found.document for found in answer] for answer in answers]
