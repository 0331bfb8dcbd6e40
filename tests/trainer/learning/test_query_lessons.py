"""What a query side learns by: nothing held out, in the order of the examples."""

import numpy as np

from tests.trainer.build import START, base_pieces, document, example
from trainer.data.split import Query
from trainer.judging import corpus
from trainer.learning.general import General
from trainer.learning.mine import Mined
from trainer.learning.query_lessons import query_lessons

NAMES = ("d0", "d1", "d2", "d3")


def test_held_out_documents_are_neither_answers_nor_negatives() -> None:
    known = {name: document(name, f"text of {name}") for name in NAMES}
    judged = Query("asked", {"d3": 1.0}, 0, False, 1, START)
    built = corpus.build(known, (judged,), [General(anchor="capital", text="Paris.")], 10, base_pieces())
    vectors = np.eye(len(built.texts), dtype=np.float32)
    lessons = [example("one", "d1", 1.0), example("held", "d2", 1.0), example("zero", "d0", 4.0)]
    mined = Mined(((), (), ()), (frozenset({"d0", "d2"}), frozenset(), frozenset({"d3", "d1"})))
    found = query_lessons(lessons, mined, built, vectors, {"d2", "d3"})
    assert found.used == [0, 2]
    assert len(found.documents) == 2, "no general text, and nothing held out"
    names = [built.names[int(np.flatnonzero(built.first == row.argmax())[0])] for row in found.documents]
    assert sorted(names) == ["d0", "d1"]
    assert [names[n] for n in found.own] == ["d1", "d0"]
    assert [[names[n] for n in never] for never in found.never] == [["d0"], ["d1"]]
    assert found.weights[1] > found.weights[0]
