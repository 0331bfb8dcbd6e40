"""Reciprocal rank fusion, with weights: by ranks alone. Pure.

A name's fused score is the sum, over the rankings that have it, of weight / (k + rank), ranks counted from 1 (Cormack,
Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", 2009). The
weights add up to 2, so that even ones of two rankings are the plain formula. The index gives rankings of passages by
meaning and by words, and where it is asked for it, one by words and clicked queries together: of clicked queries alone
a rank would not tell a good match from a shared word. What a person may not see leaves them before they are fused.

Bruch, Gai and Ingber ("An analysis of fusion functions for hybrid retrieval", 2023) find a convex combination of scores
better than ranks, and so it is on the demo's labels (nDCG@10, each at its best weight: 0.820 against 0.800 with the
base model, 0.872 against 0.863 with a tuned one). It is not used here, because a score would tell of hidden documents:
BM25's depends on how frequent a word is in all of them, and what a person is shown must follow from what they may see.
With a weight of its own the constant matters little: 10 does as well as 60 at its best weight.
"""

from collections.abc import Sequence

from schemas.fusion import Fusion


def scores(
    by_meaning: Sequence[str], by_words: Sequence[str], fusion: Fusion, by_clicked: Sequence[str] = ()
) -> dict[str, float]:
    """Return the fused score of every name; each ranking has a name at most once, best first."""
    found: dict[str, float] = {}
    rankings = by_meaning, by_words, by_clicked
    for ranking, share in zip(rankings, shares(fusion), strict=True):
        for rank, name in enumerate(ranking, 1):
            found[name] = found.get(name, 0.0) + 2 * share * (1 / (fusion.k + rank))
    return found


def shares(fusion: Fusion) -> tuple[float, float, float]:
    """Return how much each ranking counts: by meaning, by words, by words and clicked queries; they add up to 1."""
    words = 1 - fusion.dense
    return fusion.dense, words * (1 - fusion.clicked), words * fusion.clicked


def in_words(fusion: Fusion) -> str:
    """Return the weights for people, e.g. "70 % by meaning, 30 % by words"."""
    meaning, words, clicked = shares(fusion)
    said = f"{meaning:.0%} by meaning, {words:.0%} by words"
    return (f"{said}, {clicked:.0%} by words and clicked queries" if fusion.clicked else said).replace("%", " %")
