"""Sets of runs of words, and which of them may be alike."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.data import min_hash
from trainer.data.min_hash import Runs, alike, likeness, runs
from trainer.data.near_copies import components

SETS = st.lists(st.sets(st.integers(0, 2**63), max_size=9), max_size=9)


def numbers(*of: int) -> Runs:
    return np.unique(np.array(of, dtype=np.uint64))


def test_runs_are_of_four_words_and_a_short_text_is_one() -> None:
    assert len(runs("one two")) == len(runs("one two three four")) == 1
    assert len(runs("a b c d e")) == 2
    assert set(runs("a b c d e")) > set(runs("b c d e"))
    assert set(runs("A  b, c d")) == set(runs("a b c d"))
    assert runs("one two").tolist() != runs("two one").tolist()
    assert len(runs(" ")) == 0
    book = " ".join(f"word{n}" for n in range(40_000))
    assert len(runs(book)) < 2_000
    assert likeness(runs(book), runs(book + " and an appendix of some words")) > 0.99


@given(SETS, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
@settings(deadline=None)
def test_pairs_are_those_of_the_definition(sets: list[set[int]], threshold: float) -> None:
    found = [numbers(*one) for one in sets]
    expected = [
        (i, j)
        for j, b in enumerate(sets)
        for i, a in enumerate(sets[:j])
        if a & b and len(a & b) / len(a | b) >= threshold
    ]
    assert all(likeness(found[i], found[j]) >= threshold for i, j in alike(found, threshold))
    assert components(len(sets), alike(found, threshold)) == components(len(sets), expected)


def test_what_is_just_alike_enough_is_found_and_what_is_not_is_rarely_compared() -> None:
    draw = random.Random(5)  # texts
    near, far = list[Runs](), list[Runs]()
    for _ in range(150):
        common = [draw.getrandbits(63) for _ in range(80)]
        near += [numbers(*common, *(draw.getrandbits(63) for _ in range(10))) for _ in range(2)]
        far += [numbers(*common, *(draw.getrandbits(63) for _ in range(14))) for _ in range(2)]
    assert set(alike(near, 0.8)) == {(2 * n, 2 * n + 1) for n in range(150)}
    assert set(alike(far, 0.8)) == set()


def test_a_frame_that_all_texts_have_does_not_compare_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = list[float]()

    def counted(left: Runs, right: Runs) -> float:
        compared.append(likeness(left, right))
        return compared[-1]

    monkeypatch.setattr(min_hash, "likeness", counted)
    draw = random.Random(6)  # texts
    frame = [draw.getrandbits(63) for _ in range(40)]
    texts = [numbers(*frame, *(draw.getrandbits(63) for _ in range(60))) for _ in range(800)]
    assert set(alike(texts, 0.8)) == set()
    assert len(list(alike([numbers(*frame)] * 800, 0.8))) == 799
    assert len(compared) < 800 * 799 / 2 / 4, "most of all pairs are never looked at"
