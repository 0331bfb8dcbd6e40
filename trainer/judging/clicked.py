"""The clicked queries that judging may use: none that judges, and none that is nearly one. Pure.

Otherwise a document would be found by the very query that it is judged by, which says nothing about any other query.
"""

from collections.abc import Mapping, Sequence

from trainer.data.near_copies import near_queries


def without_held_out(
    said: Mapping[str, Sequence[str]], held_out: Sequence[str], similarity: float
) -> dict[str, tuple[str, ...]]:
    """Return the clicked queries of each document that are unlike all held-out queries, in their order.

    `similarity` is that from which the split takes two queries for the same.
    """
    known = sorted({query for queries in said.values() for query in queries})
    alike = {known[n] for n, _ in near_queries(known, held_out, similarity)}
    return {name: tuple(query for query in queries if query not in alike) for name, queries in said.items()}
