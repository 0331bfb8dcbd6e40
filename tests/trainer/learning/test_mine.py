from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.trainer.build import document, documents, example
from trainer.learning.mine import MiningRules, mine, never_negative

NOBODY: frozenset[str] = frozenset()
NOTHING: frozenset[tuple[str, str]] = frozenset()


def unit(*angles: float) -> np.ndarray:
    return np.array([[np.cos(a), np.sin(a)] for a in angles], dtype=np.float32)


def test_negatives_are_the_nearest_below_the_margin() -> None:
    """The anchor points at 0; scores are cosines: positive 0.92, then 0.98 (too good), 0.86, 0.70, 0.10."""
    angles = [np.arccos(score) for score in (0.92, 0.98, 0.86, 0.70, 0.10)]
    names = ["positive", "too good", "hard", "softer", "easy"]
    rules = MiningRules(margin=0.95, per_example=2)
    mined = mine([example("q", "positive")], unit(0.0), names, unit(*angles), [NOBODY], NOTHING, NOBODY, rules)
    assert mined.negatives == (("hard", "softer"),)


def test_what_must_not_be_a_negative_is_none_and_what_people_rejected_comes_first() -> None:
    names = ["positive", "copy", "held out", "hard", "refused", "refused but linked"]
    vectors = unit(0.0, 0.5, 0.5, 0.6, 1.5, 1.5)
    never = [frozenset({"copy", "refused but linked"})]
    rejected = frozenset({("q?", "refused"), ("q", "refused"), ("q", "refused but linked"), ("q", "held out")})
    mined = mine(
        [example("Q", "positive")], unit(0.0), names, vectors, never, rejected, frozenset({"held out"}), MiningRules()
    )
    assert mined.negatives == (("refused", "hard"),)


def test_a_positive_outside_the_corpus_gets_no_guesses() -> None:
    mined = mine([example("q", "gone")], unit(0.0), ["a"], unit(0.3), [NOBODY], NOTHING, NOBODY, MiningRules())
    assert mined.negatives == ((),)


@given(st.integers(0, 1000), st.integers(1, 7))
def test_chunks_change_nothing(seed: int, chunk: int) -> None:
    rng = np.random.default_rng(seed)
    anchors, vectors = (rng.normal(size=(n, 4)).astype(np.float32) for n in (9, 12))
    names = [f"d{n}" for n in range(12)]
    lessons = [example(f"q{n}", f"d{n}") for n in range(9)]
    nothing = [NOBODY] * 9
    whole = mine(lessons, anchors, names, vectors, nothing, NOTHING, NOBODY, MiningRules())
    assert mine(lessons, anchors, names, vectors, nothing, NOTHING, NOBODY, MiningRules(), chunk=chunk) == whole


def test_possible_answers_are_never_negatives() -> None:
    known = documents("d1", "found too", "copy", "far") | {
        "linking": document("linking", links=frozenset({"d1"})),
        "linked": document("linked"),
        "opened": document("opened"),
    }
    known["d1"] = replace(known["d1"], links=frozenset({"linked"}))
    copies = {name: n for n, name in enumerate(known)} | {"copy": 0}
    lesson = example("How to reset", "d1", events=frozenset({"e1"}))
    everything = [("how to reset", "found too"), ("other", "far")]
    nearby = {"e1": ("d1", "opened"), "e2": ("far",)}
    (never,) = never_negative([lesson], everything, known, copies, nearby)
    assert never == {"d1", "found too", "copy", "linking", "linked", "opened"}


def test_links_of_a_hub_say_nothing() -> None:
    pages = {f"p{n}": document(f"p{n}", links=frozenset({"home"})) for n in range(300)}
    known = pages | {"home": document("home", links=frozenset(pages))}
    copies = {name: n for n, name in enumerate(known)}
    found = never_negative([example("start", "home"), example("one", "p1")], [], known, copies, {})
    assert found == [frozenset({"home"}), frozenset({"p1", "home"})]
