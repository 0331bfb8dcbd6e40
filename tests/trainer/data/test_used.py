"""Nothing has two roles: over random histories of runs, and where a leak is planted."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text import normalized
from stores.errors import Refused
from tests.trainer.build import document, example
from tests.trainer.data.test_split import KEY, RULES, unrelated, world
from trainer.data.examples import Document, Example
from trainer.data.hold_out import CHOSE, TAUGHT, TESTED, HoldOut, Used
from trainer.data.near_copies import near_copies
from trainer.data.split import Split, split
from trainer.data.used import JudgedBy, check_apart, used_by

LIKENESS = RULES.query_similarity


def run(
    lessons: list[Example], known: dict[str, Document], used: dict[str, Used], former: dict[str, list[str]]
) -> tuple[Split, dict[str, int], HoldOut]:
    copies = near_copies(known.values(), RULES.document_similarity)
    hold_out = HoldOut.over(KEY, known.values(), used, former)
    return split(lessons, copies, RULES, hold_out), copies, hold_out


def together(before: dict[str, Used], now: dict[str, Used]) -> dict[str, Used]:
    nothing = Used()
    return {
        role: Used(
            before.get(role, nothing).documents | used.documents,
            {**before.get(role, nothing).queries, **used.queries},
        )
        for role, used in now.items()
    }


def changed(
    known: dict[str, Document], lessons: list[Example], rng: Random
) -> tuple[dict[str, Document], list[Example]]:
    """Some documents become near copies of others, some are renamed, some go: with their examples."""
    names, renamed = sorted(known), dict[str, str]()
    after = dict(known)
    for name in rng.sample(names, 4):
        other = known[rng.choice(names)]
        after[name] = replace(known[name], title=other.title, body=other.body, content_hash=other.content_hash)
    for name in rng.sample(names, 4):
        renamed[name] = f"{name}-moved"
        after[renamed[name]] = replace(after.pop(name), document=renamed[name])
    kept = [
        replace(
            e,
            document=renamed.get(e.document, e.document),
            anchor_documents=frozenset(renamed.get(name, name) for name in e.anchor_documents),
        )
        for e in lessons
    ]
    return after, kept


@pytest.mark.thorough
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.15, 0.6]))
def test_over_a_history_of_runs_nothing_that_tested_teaches_and_nothing_that_taught_tests(
    seed: int, noise: float
) -> None:
    """Documents merge, move and go between the runs, queries come: an oracle keeps who did what by first name."""
    rng = Random(seed)
    _, known = world(seed, 0, noise)
    first = {name: name for name in known}
    lessons: list[Example] = []
    used: dict[str, Used] = {}
    former: dict[str, list[str]] = {}
    tested, taught, asked_in_test, asked_in_training = set[str](), set[str](), set[str](), set[str]()
    for n in range(4):
        more, _ = world(seed + n, 40, noise)
        by_first = {first[name]: name for name in known}
        fresh = [
            replace(
                e,
                document=by_first[e.document],
                anchor_documents=frozenset(by_first[name] for name in e.anchor_documents),
            )
            for e in more
        ]
        lessons = list({(normalized(e.anchor), e.document): e for e in (*lessons, *fresh)}.values())
        sides, copies, hold_out = run(lessons, known, used, former)
        check_apart(sides.train, sides.test, JudgedBy.relevant(sides), copies, hold_out, LIKENESS)
        tests = {first[name] for query in sides.test for name in query.relevant}
        teaches = {first[name] for e in sides.train for name in (e.document, *e.anchor_documents)}
        assert tests.isdisjoint(taught | teaches)
        assert teaches.isdisjoint(tested | tests)
        asked, said = {normalized(q.text) for q in sides.test}, {normalized(e.anchor) for e in sides.train}
        assert asked.isdisjoint(asked_in_training | said)
        assert said.isdisjoint(asked_in_test | asked)
        tested, taught = tested | tests, taught | teaches
        asked_in_test, asked_in_training = asked_in_test | asked, asked_in_training | said
        used = together(used, used_by(sides, copies, hold_out, JudgedBy.relevant(sides)))
        before = dict(known)
        known, lessons = changed(known, lessons, rng)
        for name in known.keys() - before.keys():
            old = name.removesuffix("-moved")
            first[name] = first[old]
            former[name] = [*former.get(old, []), old]


def test_a_second_run_tests_what_the_first_tested_and_new_subjects() -> None:
    lessons, known = unrelated(200)
    sides, copies, hold_out = run(lessons[:150], known, {}, {})
    used = used_by(sides, copies, hold_out, JudgedBy.relevant(sides))
    again, _, _ = run(lessons, known, used, {})
    assert {q.text for q in sides.test} <= {q.text for q in again.test}
    assert {e.anchor for e in lessons[150:]} & {q.text for q in again.test}, "documents are set apart before clicks"
    assert {e.anchor for e in sides.train} <= {e.anchor for e in again.train}


PLANTED = "apart, so nothing is learned or judged: 1 {}"


def test_every_planted_leak_is_refused_with_its_cause() -> None:
    lessons, known = unrelated(100)
    sides, copies, hold_out = run(lessons, known, {}, {})
    check_apart(sides.train, sides.test, JudgedBy.relevant(sides), copies, hold_out, LIKENESS)
    judge, lesson = sides.test[0], sides.train[0]
    document_of = next(iter(judge.relevant))
    elsewhere = replace(lesson, anchor=judge.text)
    planted = {
        "documents that test in this run": (example("new words here", document_of), hold_out),
        "queries that test in this run": (elsewhere, hold_out),
    }
    for what, (leak, memory) in planted.items():
        with pytest.raises(Refused, match=PLANTED.format(what)):
            check_apart([*sides.train, leak], sides.test, JudgedBy.relevant(sides), copies, memory, LIKENESS)


@pytest.mark.parametrize(
    ("role", "side", "what"),
    [
        (TESTED, "train", "{} that an earlier run tested would teach"),
        (TAUGHT, "test", "{} that an earlier run taught or chose by would test"),
        (CHOSE, "test", "{} that an earlier run taught or chose by would test"),
    ],
)
def test_a_leak_between_runs_is_refused_with_its_cause(role: str, side: str, what: str) -> None:
    lessons, known = unrelated(100)
    sides, copies, clean = run(lessons, known, {}, {})
    name = sides.train[0].document if side == "train" else next(iter(sides.test[0].relevant))
    text = sides.train[0].anchor if side == "train" else sides.test[0].text
    by_document = HoldOut.over(KEY, known.values(), {role: Used(frozenset({KEY.document(name)}))})
    by_query = HoldOut.over(KEY, known.values(), {role: Used(queries={KEY.query(text): KEY.words(text)})})
    for kind, memory in (("documents", by_document), ("queries", by_query)):
        with pytest.raises(Refused, match=PLANTED.format(what.format(kind))):
            check_apart(sides.train, sides.test, JudgedBy.relevant(sides), copies, memory, LIKENESS)
        obeyed = split(lessons, copies, RULES, memory)
        check_apart(obeyed.train, obeyed.test, JudgedBy.relevant(obeyed), copies, memory, LIKENESS)
    check_apart(sides.train, sides.test, JudgedBy.relevant(sides), copies, clean, LIKENESS)


def test_documents_that_no_example_names_count_as_taught_when_they_may_teach() -> None:
    known = {f"d{n}": document(f"d{n}") for n in range(40)}
    sides, copies, hold_out = run([], known, {}, {})
    used = used_by(sides, copies, hold_out, JudgedBy.relevant(sides))
    assert {name for name in known if hold_out.items[name].all <= used[TAUGHT].documents} == (
        known.keys() - sides.held_out_documents
    )
    assert used[TESTED] == Used(frozenset(), {})


def test_what_decides_is_remembered_and_proved_apart_whether_or_not_it_is_relevant() -> None:
    lessons, known = unrelated(100)
    sides, copies, hold_out = run(lessons, known, {}, {})
    opened = sides.train[0].document
    judged_by = JudgedBy(JudgedBy.relevant(sides).test | {opened}, frozenset())
    with pytest.raises(Refused, match=PLANTED.format("documents that test in this run")):
        check_apart(sides.train, sides.test, judged_by, copies, hold_out, LIKENESS)
    assert hold_out.items[opened].all <= used_by(sides, copies, hold_out, judged_by)[TESTED].documents


def test_what_is_made_of_documents_is_remembered_as_taught() -> None:
    known = {name: document(name) for name in ("a", "b", "c")}
    found, copies, hold_out = run([example("q a", "a")], known, {}, {})
    uses = used_by(found, copies, hold_out, JudgedBy.relevant(found), ["a synthetic query"])
    assert KEY.query("a synthetic query") in uses[TAUGHT].queries
    assert KEY.query("a synthetic query") not in {**uses[CHOSE].queries, **uses[TESTED].queries}
    later = replace(hold_out, used=uses)
    assert later.alike(["query: a synthetic"], (TAUGHT, CHOSE), LIKENESS) == {0}, "it never tests in a later run"
