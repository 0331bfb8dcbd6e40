"""What a query side learns by: examples and the vectors that documents have, with nothing that is held out. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from trainer.data.examples import Example
from trainer.judging.corpus import Corpus, Vectors
from trainer.learning.mine import Mined
from trainer.learning.row_rules import damped


@dataclass(frozen=True, slots=True)
class QueryLessons:
    """`used` are the numbers of the examples; of each, `own` is the number of its document, `weights` what it counts.

    `documents` are unit vectors of those that may teach, shape (m, d); `never` are those that are no negatives of an
    example.
    """

    documents: Vectors
    used: list[int]
    own: list[int]
    never: list[list[int]]
    weights: list[float]


def query_lessons(
    lessons: Sequence[Example], mined: Mined, corpus: Corpus, passages: Vectors, held_out: Collection[str]
) -> QueryLessons:
    """Return what the examples teach of queries. A document stands by its first passage; `passages` has their vectors,
    in the order of `corpus`.
    """
    numbers = [n for n in corpus.tenants() if corpus.names[n] not in held_out]
    number = {corpus.names[n]: at for at, n in enumerate(numbers)}
    used = [n for n, lesson in enumerate(lessons) if lesson.document in number]
    return QueryLessons(
        documents=passages[corpus.first[numbers]],
        used=used,
        own=[number[lessons[n].document] for n in used],
        never=[[number[name] for name in mined.never[n] if name in number] for n in used],
        weights=damped([lessons[n].weight for n in used]),
    )
