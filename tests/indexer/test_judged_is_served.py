"""What the trainer judges is what a search serves: the same documents in the same order, on the real index.

The rows lie in one segment: Milvus Lite counts how frequent words are in each segment apart, which a server does not.
"""

from datetime import timedelta
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.search.searcher import retrieve
from retrieval.bm25 import Bm25
from retrieval.encoders import Encoder
from retrieval.ranking import depth
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
FUSIONS = (EVEN, Fusion(dense=0.1), Fusion(dense=0.9), Fusion(dense=0.7, k=10), Fusion(dense=0.6, clicked=0.3))
QUERIES = 200


def text(rng: Random, words: int) -> str:
    drawn = [rng.choice(WORDS) if rng.random() < 0.8 else f"w{rng.randrange(400)}" for _ in range(words)]
    return " ".join(f"{word}." if rng.random() < 0.1 else word for word in drawn)


def company(world: World, rng: Random) -> None:
    """Write pages of one passage and of many, some linked, opened or old, so that authorities differ."""
    world.config = world.config.model_copy(update={"seal_rows": 100_000, "seal_rows_idle": 100_000})
    world.sync = world.new_sync()
    names = [f"d{n}" for n in range(90)]
    for n, name in enumerate(names):
        body = text(rng, rng.choice([8, 30, 120, 900]))
        links = tuple(rng.sample(names, 3)) if n % 7 == 0 else ()
        world.put(name, 1, body, title=text(rng, 4), links=links, updated_at=world.clock() - timedelta(days=3 * n))
    world.put("東京", 1, "東京の休暇規程は人事部が管理します。京都の規程は別にあります。" * 20, title="休暇規程")
    world.put("empty", 1, "", title=" ")
    world.put("gone", 1, "leave", deleted=True)
    with world.together():
        for n in range(60):
            world.event("DocumentOpened", f"u{n % 13}", document=rng.choice(names[:20]))
    for name in names[::3]:
        for _ in range(rng.choice([1, 3])):
            world.satisfied(name, text(rng, rng.choice([1, 2, 4])), "a", "b", "c")
    assert len(world.documents.clicked.look(world.tenant, world.clock())) == len(names[::3])
    world.fill()


def judged(world: World, encoder: Encoder) -> Corpus:
    rules = SnapshotRules()
    taken = snapshot.take(world.warehouse, world.tenant, "run-1", world.live, world.clock(), rules)
    clicked = {name: document.clicked for name, document in taken.documents.items()}
    return corpus.build(taken.documents, [], [], 1_000, encoder.pieces, clicked)


def clear(scores: NDArray[np.float32]) -> bool:
    """Tell whether no two of the passages that are read have all but equal scores, which rounding would order."""
    best = np.sort(scores)[::-1][: depth(WANTED) + 1]
    found = best[best > 0]
    return bool((found[:-1] - found[1:] > 1e-6 * found[:-1]).all())


@pytest.mark.thorough
def test_the_trainer_ranks_as_the_search_does(world: World) -> None:
    rng = Random(7)
    company(world, rng)
    target = world.target()
    encoder = world.encoders.get(world.tenant, target.model, target.manifest)
    queries = [text(rng, rng.choice([1, 2, 3, 6])) for _ in range(QUERIES)] + ["休暇規程", "京都"]
    over = judged(world, encoder)
    assert len(set(over.authority)) > 20, "authorities are at hand, and differ"
    assert len(over.texts) > len(over.names) + 50, "documents of many passages"
    vectors, words = encoder.encode(list(over.texts)), Bm25(over.texts)
    clicked = Bm25(over.clicked_fields() or [])
    queries = [q for q in queries if clear(words.scores([q])[0]) and clear(clicked.scores([q])[0])]
    queries = [q for q in queries if clear((encoder.encode([q]) @ vectors.T)[0])]
    assert len(queries) >= 15, "enough without ties"
    ours = ServedRanking(over, words).rank(vectors, encoder.encode(queries), queries, FUSIONS)
    for fusion, rankings in zip(FUSIONS, ours, strict=True):
        answers = retrieve(world.vectors, encoder, target.collection, queries, None, WANTED, fusion)
        theirs = [[found.document for found in answer] for answer in answers]
        assert [ranking[:WANTED] for ranking in rankings] == theirs, fusion
    assert ours[1] != ours[2], "the weights matter here"
    without = ServedRanking(over, words).rank(vectors, encoder.encode(queries), queries, [Fusion(dense=0.6)])
    assert ours[4] != without[0], "and so do clicked queries"


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [0.0, 0.5])
def test_another_authority_would_be_noticed(world: World, wrong: float) -> None:
    """The comparison above can fail: with other authorities some orders differ."""
    rng = Random(7)
    company(world, rng)
    target = world.target()
    encoder = world.encoders.get(world.tenant, target.model, target.manifest)
    queries = [text(rng, 2) for _ in range(20)]
    over = judged(world, encoder)
    flat = Corpus(over.names, over.texts, over.first, tuple(wrong * (n % 2) for n in range(len(over.names))))
    (ours,) = ServedRanking(flat, Bm25(over.texts)).rank(
        encoder.encode(list(over.texts)), encoder.encode(queries), queries, [EVEN]
    )
    answers = retrieve(world.vectors, encoder, target.collection, queries, None, WANTED, EVEN)
    assert [ranking[:WANTED] for ranking in ours] != [[found.document for found in answer] for answer in answers]
