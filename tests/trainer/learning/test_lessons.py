import numpy as np

from tests.trainer.build import START, base_pieces, documents, example
from trainer.data.examples import Examples
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.judging import corpus
from trainer.judging.questions import Questions
from trainer.learning import lessons
from trainer.learning.general import General
from trainer.learning.job import FitRules
from trainer.learning.mine import MiningRules


def test_what_people_did_is_chosen_first_and_old_lessons_are_replayed() -> None:
    typed = [example(f"q{n}", f"d{n}", day=n) for n in range(100)]
    derived = [example(f"t{n}", f"d{n}", kinds=frozenset({"title_body"})) for n in range(100)]
    copies = {f"d{n}": n for n in range(100)}
    chosen = lessons.choose([*derived, *typed], copies, FitRules(max_examples=50, replay_share=0.4))
    days = {int(e.anchor[1:]) for e in chosen}
    assert all(e.anchor.startswith("q") for e in chosen)
    assert set(range(70, 100)) <= days
    assert len(days) == 50
    assert len(lessons.choose([*derived, *typed], copies, FitRules(max_examples=150))) == 150


def test_of_lessons_on_copies_of_one_document_the_newest_are_enough() -> None:
    typed = [example(f"q{n}", f"d{n}", day=n % 100) for n in range(lessons.OF_ONE + 50)]
    copies = {lesson.document: 1 for lesson in typed}
    chosen = lessons.choose(typed, copies, FitRules())
    assert len(chosen) == lessons.OF_ONE
    assert len(lessons.choose(typed, {name: n for n, name in enumerate(copies)}, FitRules())) == len(typed)


def test_negatives_are_near_documents_of_the_tenant_by_their_first_passage() -> None:
    known = documents("far", "held out", "near", "positive", "twin")
    guard = [General(anchor="capital of france", text="Paris is the capital.")]
    taken = Snapshot("acme", "run-1", "base", START, (), known, {})
    asked = Questions(corpus.build(known, [], guard, 10, base_pieces()), (), (), ())
    chosen = [example("q", "positive")]
    angles = {"far": 1.5, "held out": 0.4, "near": 0.5, "positive": 0.1, "twin": 0.4}
    rows = [angles.get(name, 0.3) for name in asked.corpus.names]
    vectors = np.array([[np.cos(angle), np.sin(angle)] for angle in (*rows, 0.0)], dtype=np.float32)
    copies = {"positive": 1, "twin": 1, "near": 2, "far": 3, "held out": 4}
    mined = lessons.hard_negatives(
        chosen,
        vectors,
        asked,
        taken,
        Examples(tuple(chosen), frozenset(), frozenset(), {}),
        Split(tuple(chosen), (), (), (), frozenset({"held out"})),
        copies,
        MiningRules(),
    )
    assert mined.negatives == (("near", "far"),), "no general text, no copy, nothing held out"
    assert mined.never == (frozenset({"positive", "twin"}),)


def test_synthetic_lessons_come_after_all_others_and_take_the_room_that_is_left() -> None:
    chosen = [example(f"q{n}", f"d{n}") for n in range(8)]
    made = [example(f"s{n}", f"d{n}", kinds=frozenset({"synthetic"})) for n in range(5)]
    found = lessons.followed_by(chosen, made, FitRules(max_examples=10))
    assert [e.anchor for e in found] == sorted([*(e.anchor for e in chosen), "s0", "s1"])
    assert lessons.followed_by(chosen, made, FitRules(max_examples=5)) == chosen, "nothing that people did gives way"
