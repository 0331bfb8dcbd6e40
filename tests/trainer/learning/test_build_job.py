import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from stores.errors import Refused
from tests.trainer.build import START, base_pieces, documents, example
from trainer.data.examples import Example
from trainer.data.snapshot import Snapshot
from trainer.data.split import Query, Split
from trainer.judging import corpus
from trainer.learning import general
from trainer.learning.build_job import build_job
from trainer.learning.job import FitJob, FitRules
from trainer.learning.mine import Mined

HERE = Path("here")


def built(
    lessons: list[Example],
    negatives: tuple[tuple[str, ...], ...],
    rules: FitRules,
    names: tuple[str, ...] = ("d1", "d2"),
    validation: tuple[Query, ...] = (),
    held_out: frozenset[str] = frozenset(),
) -> FitJob:
    known = documents(*names)
    taken = Snapshot("acme", "run-1", "base", START, (), known, {})
    sides = Split(tuple(lessons), validation, (), (), held_out)
    mined = Mined(negatives, tuple(frozenset() for _ in lessons))
    asked = corpus.build(known, [], general.guarded(), 999, base_pieces())
    return build_job(HERE, HERE, lessons, mined, sides, taken, asked, rules)


LESSONS = [example("one", "d1"), example("two", "d2")]
NONE: tuple[tuple[str, ...], ...] = ((), ())


def test_nothing_held_out_is_in_the_job() -> None:
    rules = FitRules(rung="masked", general_share=0.5)
    job = built(LESSONS, (("d2",), ("d1",)), rules, ("d1", "d2", "secret"), held_out=frozenset({"secret"}))
    content = json.dumps(job.model_dump(mode="json"))
    assert "secret" not in content
    assert len(job.texts) == 2, "the rung reads the tenant's texts"
    assert sorted(n for batch in job.batches[0] for n in batch) == [0, 1, 2]


def test_a_held_out_document_that_would_teach_refuses_the_job() -> None:
    names, held_out = ("d1", "d2", "secret"), frozenset({"secret"})
    with pytest.raises(Refused, match="1 held-out"):
        built(LESSONS, (("secret",), ()), FitRules(), names, held_out=held_out)
    with pytest.raises(Refused, match="1 held-out"):
        built([*LESSONS, example("three", "secret")], (*NONE, ()), FitRules(), names, held_out=held_out)


def test_a_rung_that_does_not_read_the_corpus_does_not_get_it() -> None:
    assert built(LESSONS, NONE, FitRules()).texts == ()


def test_general_questions_are_mixed_in_and_never_those_that_judge() -> None:
    job = built(LESSONS, NONE, FitRules(general_share=0.9))
    mixed = {row.anchor for row in job.rows} - {"one", "two"}
    assert len(mixed) == 2
    assert mixed <= {pair.anchor for pair in general.replayed()}
    assert mixed.isdisjoint(pair.anchor for pair in general.guarded())


def test_a_long_run_repeats_the_general_questions_and_none_twice_in_a_batch() -> None:
    many = [example(f"query {n}", f"d{n}") for n in range(300)]
    job = built(many, ((),) * 300, FitRules(general_share=0.6, batch_size=16))
    mixed = [row.anchor for row in job.rows if not row.anchor.startswith("query ")]
    assert Counter(Counter(mixed).values()) == {3: 36, 2: 36}, "180 of 72"
    for batch in job.batches[0]:
        anchors = [job.rows[n].anchor for n in batch]
        assert len(set(anchors)) == len(anchors)


def test_extra_negatives_are_documents_that_nobody_seeks() -> None:
    rules, names = FitRules(extra_share=1.0, general_share=0), ("d1", "d2", "unsought")
    job = built(LESSONS, (("d2", "unsought"), ("d1",)), rules, names)
    assert [row.negative.split("\n")[0] for row in job.rows] == ["Title of unsought", ""]
    assert [row.negative for row in built(LESSONS, (("unsought",), ()), FitRules(extra_share=0.0), names).rows] == [
        "",
        "",
    ]


def test_weights_are_damped_and_bounded() -> None:
    many = [example(f"q{n}", f"d{n}", weight) for n, weight in enumerate([1.0] * 8 + [4.0, 10_000.0])]
    weights = [row.weight for row in built(many, ((),) * 10, FitRules(general_share=0)).rows]
    assert weights[8] == pytest.approx(max(0.2, 2 * 10 / 110), abs=1e-6)
    assert weights[0] == 0.2
    assert weights[9] == 5.0


def test_a_positive_is_cut_where_no_encoder_reads_on() -> None:
    long = [replace(example("one", "d1"), text="x" * 9_999)]
    assert len(built(long, ((),), FitRules(max_tokens=10)).rows[0].positive) == 100


def test_validation_seeks_its_own_documents_among_others() -> None:
    sought = Query("validated", {"v": 1.0, "no text": 0.5}, 0, False, 1, START)
    names = ("d1", "d2", "v", *(f"x{n}" for n in range(200)))
    job = built(LESSONS, NONE, FitRules(), names, (sought,), frozenset({"v"}))
    assert job.validation.queries == ("validated",)
    assert len(job.validation.texts) == 1 + 120
    ((only,),) = job.validation.relevant
    assert job.validation.texts[only].startswith("Title of v")
    assert not any(row.positive.startswith("Title of v") for row in job.rows)


def test_validation_has_first_what_most_lessons_have_as_a_hard_negative() -> None:
    names = ("d1", "d2", "v", *(f"x{n:03}" for n in range(200)))
    sought = Query("validated", {"v": 1.0}, 0, False, 1, START)
    mined = (("x150", "x199"), ("x199", "v"))
    job = built(LESSONS, mined, FitRules(), names, (sought,), frozenset({"v"}))
    first = [text.split("\n")[0] for text in job.validation.texts[:4]]
    assert first[:3] == ["Title of v", "Title of x199", "Title of x150"]
    rest = [text.split("\n")[0] for text in job.validation.texts[3:]]
    assert rest != sorted(rest), "of the others a sample, not the first by name"


def test_rows_that_had_to_stand_together_bar_what_may_be_right() -> None:
    lessons = [example(anchor, name) for anchor, name in (("one", "d1"), ("two", "d2"), ("three", "d3"))]
    known = documents("d1", "d2", "d3", "x1", "x2")
    never = (frozenset({"d1", "d2", "x2"}), frozenset({"d2"}), frozenset({"d3"}))
    mined = Mined((("x1",), ("x2",), ()), never)
    asked = corpus.build(known, [], general.guarded(), 999, base_pieces())
    taken, sides = (
        Snapshot("acme", "run-1", "base", START, (), known, {}),
        Split(tuple(lessons), (), (), (), frozenset()),
    )
    job = build_job(HERE, HERE, lessons, mined, sides, taken, asked, FitRules(general_share=0, batch_size=3))
    assert [sorted(batch) for batch in job.batches[0]] == [[0, 1, 2]]
    assert job.barred == job.barred_negatives == frozenset({(0, 1)})
