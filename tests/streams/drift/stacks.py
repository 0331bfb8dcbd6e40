"""A stack for tests of single signals: half of its people in the reference, half in the window."""

import numpy as np

from streams.drift.sample import Stack


def stacked(people: int, each: int) -> Stack:
    """Return `people` different people with `each` queries a person, the later half of them in the window."""
    cluster = np.repeat(np.arange(people), each)
    return Stack(
        in_window=np.arange(people) >= people // 2,
        person=np.arange(people),
        query_cluster=cluster,
        query_words=(frozenset({"vpn"}),) * len(cluster),
        vectors=np.zeros((len(cluster), 8), dtype=np.float32),
        fit=np.full(len(cluster), 0.5),
        counts={},
        values={},
        openings=np.zeros(0),
        moved=np.zeros(0),
        document_in_window=np.zeros(0, dtype=np.bool_),
    )
