"""A map of the query: it learns where documents are, only from what may teach, and stays where no lesson asked."""

import numpy as np
import pytest

from retrieval.query_side import mapped
from trainer.learning import query_map
from trainer.learning.query_map import MapRules, Vectors, learn

RULES = MapRules(passes=20, ridge=0.1)
DOCUMENTS = np.eye(8, dtype=np.float32)
ASKED = np.roll(DOCUMENTS, 1, axis=0)[:6]
"""Each query lies on another document than its own; two directions nobody asked in."""


def ranks(added: Vectors) -> list[int]:
    """Where each query's own document stands."""
    scores = mapped(ASKED, np.eye(8, dtype=np.float32) + added) @ DOCUMENTS.T
    return [int((row > row[n]).sum()) for n, row in enumerate(scores)]


def learned(rules: MapRules = RULES, never: list[list[int]] | None = None, weights: float = 1.0) -> Vectors:
    return learn(ASKED, DOCUMENTS, list(range(6)), never or [[]] * 6, [1.0, weights, 1.0, 1.0, 1.0, 1.0], rules)


def test_it_brings_queries_to_their_documents() -> None:
    assert ranks(np.zeros((8, 8), dtype=np.float32)) != [0] * 6
    assert ranks(learned()) == [0] * 6


def test_where_no_lesson_asked_the_map_is_the_identity() -> None:
    silent = np.flatnonzero(np.abs(ASKED).sum(axis=0) == 0)
    assert len(silent) == 2
    assert np.allclose(learned()[silent], 0, atol=1e-6)


def test_a_move_is_downhill_on_the_loss() -> None:
    own = list(range(6))
    scores = 5.0 * ASKED.astype(np.float64) @ DOCUMENTS.T
    scores[0, 3] = -np.inf

    def loss(asked: Vectors) -> float:
        found = 5.0 * (asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float64) @ DOCUMENTS.T
        found[0, 3] = -np.inf
        return float((np.log(np.exp(found).sum(axis=1)) - found[np.arange(6), own]).sum())

    moves = query_map._wanted(ASKED, DOCUMENTS, own, [(0, 3)], 5.0)
    down = (loss(ASKED - 1e-3 * moves) - loss(ASKED + 1e-3 * moves)) / 2e-3
    assert down == pytest.approx(5.0 * float((moves**2).sum()), rel=1e-2)


def test_what_could_be_right_is_not_pushed_away() -> None:
    beside = mapped(ASKED, np.eye(8, dtype=np.float32) + learned(never=[[7]] * 6))[0, 7]
    against = mapped(ASKED, np.eye(8, dtype=np.float32) + learned())[0, 7]
    assert beside > against


def test_a_heavier_example_moves_more_and_a_stronger_ridge_less() -> None:
    def reached(added: Vectors) -> float:
        return float(mapped(ASKED, np.eye(8, dtype=np.float32) + added)[1, 1])

    few = RULES.model_copy(update={"passes": 1, "ridge": 5.0})
    assert reached(learned(few, weights=5.0)) > reached(learned(few))
    assert reached(learned(few.model_copy(update={"ridge": 50.0}))) < reached(learned(few))


def test_parts_give_what_the_whole_gives_and_nothing_comes_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, heard = learned(), list[tuple[int, int]]()
    monkeypatch.setattr(query_map, "_AT_ONCE", 4)
    rules = RULES.model_copy(update={"passes": 3})
    learn(ASKED, DOCUMENTS, list(range(6)), [[]] * 6, [1.0] * 6, rules, lambda *at: heard.append(at))
    assert heard == [(n, 6) for n in range(1, 7)]
    assert np.allclose(learned(), whole, atol=1e-4)
    assert np.array_equal(learn(ASKED[:0], DOCUMENTS, [], [], [], RULES), np.zeros((8, 8)))


def test_of_too_many_examples_some_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def wanted(asked: Vectors, *_: object) -> Vectors:
        seen.append(len(asked))
        return np.zeros_like(asked)

    monkeypatch.setattr(query_map, "_wanted", wanted)
    learned(RULES.model_copy(update={"passes": 1, "max_examples": 3}))
    assert seen == [3]
