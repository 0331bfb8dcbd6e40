"""When a row that was mended is as it was."""

import numpy as np
from numpy.typing import NDArray

from bench.proof.command import AGAIN
from bench.proof.world import Shown


def row(dense: NDArray[np.float32], text: str = "as it was") -> Shown:
    return Shown((("text", text),), dense)


def test_a_vector_that_was_kept_has_the_same_bits() -> None:
    was = np.array([0.6, 0.8], dtype=np.float32)
    assert row(was).same(row(was.copy()), 1.0)
    assert not row(was).same(row(np.nextafter(was, np.float32(1))), 1.0)
    assert not row(was).same(row(was, "another"), 1.0)


def test_a_vector_that_was_made_again_differs_in_its_last_bits_alone() -> None:
    was = np.array([0.6, 0.8], dtype=np.float32)
    assert row(was).same(row(np.nextafter(was, np.float32(1))), AGAIN)
    assert not row(was).same(row(np.array([0.61, 0.8], dtype=np.float32)), AGAIN)
    assert not row(was).same(row(-was), AGAIN)
    assert not row(was).same(row(np.zeros(2, dtype=np.float32)), AGAIN)
    assert not row(was).same(row(was, "another"), AGAIN)
