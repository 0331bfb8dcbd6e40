"""Which examples stand in one batch: hard company, full batches, and no false negative. Pure.

With a multiple-negatives loss every other document of the batch is a negative. So a batch is grown from an example to
those whose documents are its mined hard negatives (Dahiya et al., "NGAME: Negative Mining-aware Mini-batching", 2023):
hard negatives without embedding one more text. And an example may join only when no document of the batch is a
possible answer to an anchor of the batch other than its own, in either direction.

Where documents are densely linked few examples may stand together, and each small batch would be a whole step of the
optimizer. So small batches are joined, and the loss leaves out the pairs in them that could be right (`barred`).
"""

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from random import Random

_TRIES = 256


@dataclass(frozen=True, slots=True)
class Row:
    """What batching must know of an example.

    `anchor` is equal for anchors that mean the same; `never` holds what may not be a negative of it, `near` its mined
    negatives, hardest first, and `extra` those of them that come with it into the batch.
    """

    anchor: Hashable
    document: str
    never: frozenset[str]
    near: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


def barred(rows: Sequence[Row], batch: Sequence[int]) -> Iterator[tuple[int, int, bool, bool]]:
    """Yield (row, other, document, brought) of a batch: what of the other row may be right for the anchor of the first.

    `document` is of the other's own document, `brought` of a negative that comes with it; one of the two is true.
    """
    for one, other in permutations(batch, 2):
        right = rows[one].never | {rows[one].document}
        alike = rows[one].anchor == rows[other].anchor or rows[other].document in right
        brought = not right.isdisjoint(rows[other].extra)
        if alike or brought:
            yield one, other, alike, brought


@dataclass(slots=True)
class _Batch:
    rows: list[int] = field(default_factory=list)
    anchors: set[Hashable] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    never: set[str] = field(default_factory=set)

    def takes(self, row: Row) -> bool:
        """Tell whether the row's documents are negatives of every anchor here, and the other way round."""
        brought = {row.document, *row.extra}
        return (
            row.anchor not in self.anchors
            and self.never.isdisjoint(brought)
            and self.documents.isdisjoint(row.never | {row.document})
        )

    def add(self, number: int, row: Row) -> None:
        self.rows.append(number)
        self.anchors.add(row.anchor)
        self.documents.update((row.document, *row.extra))
        self.never.update(row.never, (row.document,))


def plan(rows: Sequence[Row], size: int, seed: int) -> list[list[int]]:
    """Return batches of at most `size` row numbers, each row once, in a shuffled order that `seed` decides.

    Only batches that had to be joined hold rows that bar each other. Rows that find nothing to be compared with are
    left out.
    """
    rng = Random(seed)
    waiting = list(range(len(rows)))
    rng.shuffle(waiting)
    queue, left = deque(waiting), set(waiting)
    having: dict[str, list[int]] = {}
    for number in waiting:
        having.setdefault(rows[number].document, []).append(number)
    batches = []
    while left:
        batches.append(_grow(rows, size, queue, left, having))
    batches = [batch for batch in _joined(batches, size) if _compares(rows, batch)]
    rng.shuffle(batches)
    return batches


def _joined(batches: Sequence[list[int]], size: int) -> list[list[int]]:
    """Return the full batches, and those that are not, largest first, as one row of rows cut into full ones."""
    small = sorted((batch for batch in batches if len(batch) < size), key=len, reverse=True)
    left = [number for batch in small for number in batch]
    cut = [left[start : start + size] for start in range(0, len(left), size)]
    return [batch for batch in batches if len(batch) == size] + cut


def _compares(rows: Sequence[Row], batch: Sequence[int]) -> bool:
    """Tell whether any document of the batch is a negative of another row's anchor."""
    return len(batch) * (len(batch) - 1) > sum(alike for _, _, alike, _ in barred(rows, batch))


def _grow(rows: Sequence[Row], size: int, queue: deque[int], left: set[int], having: dict[str, list[int]]) -> list[int]:
    """Take rows out of `left` for one batch: neighbours of those inside first, else the next that fits."""
    batch, frontier = _Batch(), deque[int]()
    while left and len(batch.rows) < size:
        found = _neighbour(rows, batch, frontier, left, having)
        if found is None:
            found = _next(rows, batch, queue, left)
        if found is None:
            break
        left.discard(found)
        batch.add(found, rows[found])
        frontier.append(found)
    return batch.rows


def _neighbour(
    rows: Sequence[Row], batch: _Batch, frontier: deque[int], left: set[int], having: dict[str, list[int]]
) -> int | None:
    while frontier:
        for document in rows[frontier[0]].near:
            for number in having.get(document, ()):
                if number in left and batch.takes(rows[number]):
                    return number
        frontier.popleft()
    return None


def _next(rows: Sequence[Row], batch: _Batch, queue: deque[int], left: set[int]) -> int | None:
    """Return the first waiting row that fits; those that do not keep their place for the next batch."""
    passed: list[int] = []
    found = None
    while queue and found is None and len(passed) < _TRIES:
        number = queue.popleft()
        if number not in left:
            continue
        if batch.takes(rows[number]):
            found = number
        else:
            passed.append(number)
    queue.extendleft(reversed(passed))
    return found
