"""Things joined by pairs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.data.joined import components, spanning

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def test_groups_join_chains() -> None:
    labels = components(5, [(0, 1), (1, 2)])
    assert labels[0] == labels[1] == labels[2]
    assert len({labels[0], labels[3], labels[4]}) == 3
    assert components(2, []) in ([0, 1], [1, 0])
    assert components(0, []) == []


@given(PAIRS)
def test_fewer_pairs_join_the_same_things(pairs: list[tuple[int, int]]) -> None:
    kept = spanning(10, pairs)
    assert components(10, kept) == components(10, pairs)
    assert len(kept) == 10 - len(set(components(10, pairs)))
    assert spanning(10, np.array(pairs, dtype=np.int32).reshape(-1, 2)) == kept
