"""The split leaks nothing: property tests over random companies with noise, copies and near-duplicate queries."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text import normalized, subject
from tests.trainer.build import document, example
from trainer.data.examples import CLICK_KINDS, Document, Example
from trainer.data.hold_out import TESTED, HoldOut, Key, Used
from trainer.data.near_copies import near_copies
from trainer.data.split import IDLE, LARGE, OTHER_ANSWER, Split, SplitRules, split, zones_for

RULES = SplitRules(test_share=0.3, validation_share=0.1)
KEY = Key(b"a tenant's key")
_THINGS = ("vpn", "badge", "invoice", "laptop", "visa", "desk", "server", "lease", "parking", "phone")
_ACTS = ("reset", "order", "cancel", "renew", "find", "share", "return", "report")


def world(seed: int, queries: int, noise: float) -> tuple[list[Example], dict[str, Document]]:
    rng = Random(seed)
    known = {
        f"d{n}": document(f"d{n}", " ".join(rng.choice("klmnopqrst") * 3 + str(rng.randrange(99)) for _ in range(30)))
        for n in range(40)
    }
    for n in range(4):  # copies under another name
        known[f"copy{n}"] = document(f"copy{n}", known[f"d{n}"].body, known[f"d{n}"].title)
    found: dict[tuple[str, str], Example] = {}
    for _ in range(queries):
        text = f"{rng.choice(_ACTS)} {rng.choice(_THINGS)} {rng.randrange(30)}"
        variants = [text, f"how to {text}", text.upper()][: rng.choice([1, 1, 2, 3])]
        target = rng.choice(sorted(known))
        for variant in variants:
            name = rng.choice(sorted(known)) if rng.random() < noise else target
            found[normalized(variant), name] = example(
                variant, name, rng.choice([1.0, 2.0, 3.0]), day=rng.uniform(0, 90)
            )
    for n, (text, _) in enumerate(sorted(found)[:40]):  # links whose words are nearly a query, to documents elsewhere
        found[f"please {text}", f"d{n}"] = example(f"please {text}", f"d{n}", kinds=frozenset({"anchor_text"}))
    for n in range(20):
        a, b = rng.sample(sorted(known), 2)
        found[f"title {a}", b] = example(
            f"title {a}", b, kinds=frozenset({"co_access"}), anchor_documents=frozenset({a}), day=n
        )
    return list(found.values()), known


def parted(lessons: list[Example], known: dict[str, Document]) -> Split:
    copies = near_copies(known.values(), RULES.document_similarity)
    return split(lessons, copies, RULES, HoldOut.over(KEY, known.values()))


def test_nothing_that_people_judged_teaches() -> None:
    lessons, known = world(3, 120, 0.0)
    taught = parted(lessons, known).train[0].anchor
    copies = near_copies(known.values(), RULES.document_similarity)
    parts = split(lessons, copies, RULES, HoldOut.over(KEY, known.values()), [taught.upper()])
    assert not any(subject(lesson.anchor) == subject(taught) for lesson in parts.train)


def assert_no_leak(parts: Split, known: dict[str, Document]) -> None:
    copies = near_copies(known.values(), RULES.document_similarity)
    for held_out in (*parts.test, *parts.validation):
        alike = {name for name in known for relevant in held_out.relevant if copies[name] == copies[relevant]}
        asked = subject(held_out.text)
        for lesson in parts.train:
            assert lesson.document not in alike
            assert alike.isdisjoint(lesson.anchor_documents)
            words = subject(lesson.anchor)
            assert len(asked & words) < RULES.query_similarity * len(asked | words), (held_out.text, lesson.anchor)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 120), st.sampled_from([0.0, 0.15, 0.6]))
def test_nothing_held_out_is_touched_by_training(seed: int, queries: int, noise: float) -> None:
    lessons, known = world(seed, queries, noise)
    parts = parted(lessons, known)
    assert_no_leak(parts, known)
    in_test = {query.group for query in parts.test}
    assert in_test.isdisjoint(query.group for query in parts.validation)
    assert len(parts.sides) == len(lessons)
    assert parts.train == tuple(e for e, side in zip(lessons, parts.sides, strict=True) if side == "train")


def test_the_same_history_gives_the_same_split_in_any_order() -> None:
    lessons, known = world(3, 120, 0.1)
    one = parted(lessons, known)
    other = parted(lessons[::-1], dict(reversed(known.items())))
    assert [q.text for q in one.test] == [q.text for q in other.test]
    assert sorted(e.anchor for e in one.train) == sorted(e.anchor for e in other.train)


def unrelated(count: int) -> tuple[list[Example], dict[str, Document]]:
    """Queries that share no word and no document, asked on consecutive days."""
    known = {f"d{n}": document(f"d{n}") for n in range(count)}
    return [example(f"word{n}a word{n}b", f"d{n}", day=n) for n in range(count)], known


def test_about_the_stated_share_is_held_out_the_oldest_stand_guard_and_every_age_teaches() -> None:
    lessons, known = unrelated(400)
    parts = parted(lessons, known)
    recent = [q for q in parts.test if not q.guard]
    guard = [q for q in parts.test if q.guard]
    assert 90 <= len(parts.test) <= 150
    assert len(guard) == pytest.approx(RULES.guard_share * len(parts.test), abs=1)
    assert min(q.last_at for q in recent) > max(q.last_at for q in guard)
    newest = {e.anchor for e in lessons[-100:]}
    taught = sum(e.anchor in newest for e in parts.train)
    assert 40 <= taught <= 80, "more than half of the newest subjects must teach, or drift is never learned"


def test_more_than_can_judge_is_held_out_in_a_large_tenant_and_the_newest_and_the_oldest_of_it_judge() -> None:
    lessons, known = unrelated(400)
    rules = RULES.model_copy(update={"max_test": 40})
    assert zones_for(400, rules).test == pytest.approx(0.2)
    parts = split(lessons, near_copies(known.values(), 0.8), rules, HoldOut.over(KEY, known.values()))
    idle = [e.last_at for e, cause in zip(lessons, parts.causes, strict=True) if cause == IDLE]
    assert len(parts.test) == 40
    assert len(idle) > 20
    assert (
        max(q.last_at for q in parts.test if q.guard)
        < min(idle)
        <= max(idle)
        < min(q.last_at for q in parts.test if not q.guard)
    )


def test_an_answer_that_teaches_does_not_judge() -> None:
    lessons, known = unrelated(60)
    alone = parted(lessons, known)
    taught = alone.train[0].document
    first = alone.test[0]
    both = [*lessons, example(first.text, taught, 0.5)]
    parts = parted(both, known)
    (query,) = [one for one in parts.test if one.text == first.text]
    assert query.relevant == first.relevant
    assert taught in {e.document for e in parts.train}, "an answer beside the strongest costs no lesson"
    assert (parts.sides[-1], parts.causes[-1]) == ("unused", OTHER_ANSWER)


def test_a_held_out_query_that_was_mistyped_does_not_teach_another_document() -> None:
    lessons, known = unrelated(60)
    typed = [example(f"{one.anchor} kubernetes", one.document, one.weight) for one in lessons]
    alone = parted(typed, known)
    asked, taught = alone.test[0].text, alone.train[0].document
    slips = [example(asked.replace("kubernetes", slip), taught, 0.5) for slip in ("kuberentes", "kubernets")]
    parts = parted([*typed, *slips, example("an unlike question", taught, 0.5)], known)
    assert not {slip.anchor for slip in slips} & {lesson.anchor for lesson in parts.train}
    assert "an unlike question" in {lesson.anchor for lesson in parts.train}


def test_relevance_is_what_was_opened_graded_by_weight_as_far_as_it_is_held_out() -> None:
    lessons, known = unrelated(60)
    lessons += [example(e.anchor, f"d{(n + 1) % 60}", 0.5, day=n) for n, e in enumerate(lessons)]
    parts = parted(lessons, known)
    queries = {q.text: q for q in parts.test}
    judging = {name for q in parts.test for name in q.relevant}
    grades = [queries[f"word{n}a word{n}b"].relevant for n in range(60) if f"word{n}a word{n}b" in queries]
    assert {tuple(one.values()) for one in grades} == {(1.0,), (1.0, 0.5)}
    assert judging <= parts.held_out_documents


def test_a_mistaken_click_does_not_join_subjects_into_a_giant() -> None:
    lessons, known = unrelated(100)
    lessons += [example(e.anchor, f"d{(n + 1) % 100}", 0.5, day=n) for n, e in enumerate(lessons)]
    parts = parted(lessons, known)
    assert len({q.group for q in parts.test}) == len(parts.test) > 20
    assert LARGE not in parts.causes


def test_one_giant_subject_only_teaches() -> None:
    known = {"d0": document("d0")}
    lessons = [example(f"only{n} thing{n}", "d0", day=n) for n in range(50)]
    parts = parted(lessons, known)
    assert parts.test == ()
    assert len(parts.train) == 50
    tested = HoldOut.over(KEY, known.values(), {TESTED: Used(frozenset({KEY.document("d0")}))})
    assert set(split(lessons, {"d0": 0}, RULES, tested).causes) == {LARGE}, "what has tested never teaches"


def test_of_a_subject_with_too_many_queries_the_newest_judge() -> None:
    """Queries chained by their words, each to a document of its own, beside unrelated ones."""
    lessons, known = unrelated(60)
    known |= {f"c{n}": document(f"c{n}") for n in range(80)}
    chain = [example(" ".join(f"link{k}" for k in range(n, n + 8)), f"c{n}", day=n) for n in range(80)]
    rules = RULES.model_copy(update={"validation_share": 0.0})
    parts = split(lessons + chain, near_copies(known.values(), 0.8), rules, HoldOut.over(KEY, known.values()))
    judging = sorted((q for q in parts.test if q.text.startswith("link")), key=lambda q: q.last_at)
    idle = [e for e, cause in zip(lessons + chain, parts.causes, strict=True) if cause == IDLE]
    assert len({q.group for q in judging}) == 1
    assert 0 < len(judging) <= 0.1 * (len(parts.test) + len(idle)) + 1
    assert max(e.last_at for e in idle) < judging[0].last_at
    assert any(e.anchor.startswith("link") for e in parts.train), "what is not held out teaches all the same"


def test_documents_alone_are_no_queries() -> None:
    known = {f"d{n}": document(f"d{n}") for n in range(50)}
    lessons = [example(f"title {n}", f"d{n}", kinds=frozenset({"title_body"})) for n in range(50)]
    assert CLICK_KINDS.isdisjoint({"title_body"})
    assert parted(lessons, known).test == ()


def test_nothing_at_all_is_handled() -> None:
    parts = split([], {}, RULES, HoldOut.over(KEY, []))
    assert (parts.train, parts.test, parts.sides) == ((), (), ())
