from collections.abc import Sequence

import numpy as np

from bench.recipe.world import Asked, Lesson, World
from bench.synthetic.lessons import documents, drawn, of_documents
from trainer.judging.corpus import Vectors
from trainer.synthetic.queries import SyntheticRules

TEXTS = {
    f"d{n}": f"Guide {n}\nThe clerk{n} grants permit{n} at desk{n} daily. Bring form{n} and token{n}."
    for n in range(20)
}


def asked(n: int) -> Asked:
    return Asked(text=f"clerk{n} grants permit{n} desk{n} daily", relevant=(f"d{n}",), clicked={}, group=n)


def a_world() -> World:
    """Return documents of which the first two are sought; d3 is asked for in the words of d4's own sentence."""
    passages = (*TEXTS.values(), "Guide 19\nA second passage.")
    sought = (asked(0), asked(1), Asked(text=asked(4).text, relevant=("d1",), clicked={}, group=1))
    return World(
        names=tuple(TEXTS), passages=passages, first=tuple(range(20)), test=sought, validation=(), guard=(), lessons=()
    )


def embed(texts: Sequence[str]) -> Vectors:
    rows = np.random.default_rng(5).normal(size=(len(texts), 8))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


CLICKED = [Lesson(anchor=f"where is {n}", document=f"d{n}", text="t", weight=1.0, right=True) for n in (2, 3)]


def test_documents_are_put_together_from_their_passages() -> None:
    found = documents(a_world())
    assert (found["d5"].title, found["d5"].body[:10]) == ("Guide 5", "The clerk5")
    assert found["d19"].body.endswith("Bring form19 and token19. A second passage.")


def test_lessons_are_of_documents_that_nobody_seeks_or_clicked_and_of_nothing_that_is_asked() -> None:
    rules = SyntheticRules(per_click=100)
    found = of_documents(a_world(), CLICKED, rules, embed, 1)
    assert {one.document for one in found} == {f"d{n}" for n in range(4, 20)}
    assert asked(4).text not in {one.anchor for one in found}
    assert {one.weight for one in found} == {rules.weight}
    assert all({"d0", "d1"}.isdisjoint(one.near) for one in found), "what is sought teaches in no role"
    assert len(of_documents(a_world(), CLICKED, SyntheticRules(per_click=2), embed, 1)) == 4


def test_draws_differ_and_are_the_same_again() -> None:
    rows = [Lesson(anchor=str(n), document="d", text="t", weight=1.0, right=True) for n in range(100)]
    assert drawn(rows, 10, 1) == drawn(rows, 10, 1) != drawn(rows, 10, 2)
