"""What a row of training weighs, and which rows bring a negative of their own. Pure."""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from math import sqrt

_LIGHTEST, _HEAVIEST = 0.2, 5.0
"""Bounds of a row's weight; the mean is about 1."""


def damped(weights: Sequence[float]) -> list[float]:
    """Return the rows' weights in the loss, of those of their examples: a hundred clicks are not a hundred lessons."""
    roots = [sqrt(weight) for weight in weights]
    mean = sum(roots) / max(1, len(roots))
    return [round(min(_HEAVIEST, max(_LIGHTEST, root / mean)), 6) for root in roots]


def extras(
    anchors: Sequence[str], negatives: Sequence[Sequence[str]], sought: Collection[str], share: float
) -> list[str]:
    """Give a fixed share of the rows a negative that is nobody's positive: batches cannot bring those by themselves.

    `negatives` lists each row's hard negatives, hardest first, and `sought` all positives; a row without one has "".
    """
    wanted = round(len(anchors) * share)
    found = [""] * len(anchors)
    for n in sorted(range(len(anchors)), key=lambda n: blake2b(anchors[n].encode()).digest()):
        free = next((name for name in negatives[n] if name not in sought), "")
        if free and wanted:
            found[n], wanted = free, wanted - 1
    return found
