"""Sets of runs of words, and which of them may be alike."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.data import min_hash
from trainer.data.joined import components
from trainer.data.min_hash import Shingles, alike, likeness, shingles

SETS = st.lists(st.sets(st.integers(0, 2**63), max_size=9), max_size=9)


def numbers(*of: int) -> Shingles:
    return np.unique(np.array(of, dtype=np.uint64))


def test_runs_are_of_four_words_and_a_short_text_is_one() -> None:
    assert len(shingles("one two")) == len(shingles("one two three four")) == 1
    assert len(shingles("a b c d e")) == 2
    assert set(shingles("a b c d e")) > set(shingles("b c d e"))
    assert set(shingles("A  b, c d")) == set(shingles("a b c d"))
    assert shingles("one two").tolist() != shingles("two one").tolist()
    assert len(shingles(" ")) == 0


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
    near, far = list[Shingles](), list[Shingles]()
    for _ in range(150):
        common = [draw.getrandbits(63) for _ in range(80)]
        near += [numbers(*common, *(draw.getrandbits(63) for _ in range(10))) for _ in range(2)]
        far += [numbers(*common, *(draw.getrandbits(63) for _ in range(14))) for _ in range(2)]
    assert set(alike(near, 0.8)) == {(2 * n, 2 * n + 1) for n in range(150)}
    assert set(alike(far, 0.8)) == set()


@pytest.mark.thorough
def test_a_long_text_that_grew_is_found_by_a_sketch_of_both() -> None:
    texts = [" ".join(f"{name}{n}" for n in range(3_000)) for name in "abcdefgh"]
    grown = [f"{text} " + " ".join(f"new{n}" for n in range(400)) for text in texts]
    twice = [f"{text} " + " ".join(f"other{n}" for n in range(1_500)) for text in texts]
    found = {pair for pair in alike(map(shingles, [*texts, *grown, *twice]), 0.8) if pair[0] < 8}
    assert found == {(n, n + 8) for n in range(8)}, "0.88 of it is common; of the last ones 0.67"


@pytest.mark.thorough
def test_a_crowd_of_one_template_hides_no_pair_that_is_alike() -> None:
    draw = random.Random(8)  # texts
    for _ in range(4):
        frame = [draw.getrandbits(63) for _ in range(88)]
        texts = [numbers(*frame, *(draw.getrandbits(63) for _ in range(12))) for _ in range(400)]
        first, second = texts[10].tolist(), texts[300].tolist()
        kept = sorted(set(first) - set(frame))
        texts[300] = numbers(*frame, *kept[:2], *sorted(set(second) - set(frame))[:10])
        assert set(alike(texts, 0.8)) == {(10, 300)}
        labels = components(400, alike([numbers(*one.tolist(), 7) for one in texts[:60]] + texts[60:], 0.786))
        assert labels[10] == labels[300]


def test_a_frame_that_all_texts_have_does_not_compare_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = list[float]()

    def counted(left: Shingles, right: Shingles) -> float:
        compared.append(likeness(left, right))
        return compared[-1]

    monkeypatch.setattr(min_hash, "likeness", counted)
    draw = random.Random(6)  # texts
    frame = [draw.getrandbits(63) for _ in range(40)]
    texts = [numbers(*frame, *(draw.getrandbits(63) for _ in range(60))) for _ in range(800)]
    assert set(alike(texts, 0.8)) == set()
    assert len(list(alike([numbers(*frame)] * 800, 0.8))) == 799
    assert len(compared) < 800 * 799 / 2 / 4, "most of all pairs are never looked at"
