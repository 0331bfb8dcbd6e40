import random
from dataclasses import replace

import numpy as np
import pytest

from tests.trainer.build import START, pair
from trainer.data.examples import PairRow
from trainer.data.snapshot import Answer
from trainer.data.split import Query
from trainer.judging.exposure import Labels, coverage, deciding, labels, seen_scores, whole_scores

SHOWN = tuple(f"d{n}" for n in range(1, 11))
ALL = frozenset(SHOWN)


def query(text: str, name: str = "d1") -> Query:
    return Query(text, {name: 1.0}, 0, False, 1, START)


def test_what_people_opened_is_worth_its_weight_per_person_less_what_the_lower_ranks_get() -> None:
    answers = [Answer("Alpha", SHOWN), Answer("alpha", SHOWN)]
    rows = [pair("alpha", "d1", 2.0), pair("alpha", "d5", 0.7), pair("alpha", "d5", 0.7), pair("alpha", "d8", 0.2)]
    found = labels([query("alpha")], answers, rows, ALL)
    assert found.values[0] is not None
    background = 0.1 / 5  # of d6 to d10 only d8 was opened: 0.2 by two people
    assert found.values[0]["d1"] == pytest.approx(1.0 - background)
    assert found.values[0]["d5"] == pytest.approx(0.7 - background)
    assert found.values[0]["d2"] == pytest.approx(-background), "that nobody opened it speaks against it"
    assert found.scale == pytest.approx(1.8 - 10 * background)
    assert found.known == 1


def test_who_left_at_once_judges_like_somebody_who_opened_nothing() -> None:
    answers, stayed = [Answer("alpha", SHOWN)] * 2, pair("alpha", "d1")
    left = replace(pair("alpha", "d2", 1.5), satisfied=False)
    assert labels([query("alpha")], answers, [stayed, left], ALL) == labels([query("alpha")], answers, [stayed], ALL)
    assert labels([query("alpha")], answers, [left], ALL) == Labels((None,)), "there is nothing to judge by"


def test_other_kinds_rejections_and_other_queries_say_nothing() -> None:
    rows = [
        pair("alpha", "d1"),
        pair("alpha", "d2", -1.0),
        pair("alpha", "d3", kind="co_access"),
        pair("beta", "d4"),
    ]
    (values,) = labels([query("alpha")], [Answer("alpha", SHOWN), Answer("beta", SHOWN)], rows, ALL).values
    assert values is not None
    assert [name for name, value in values.items() if value > 0] == ["d1"]


def test_where_it_is_not_known_what_was_shown_clicks_count_as_they_are() -> None:
    asked = [query("alpha"), query("gamma", "x")]
    found = labels(asked, [Answer("alpha", SHOWN)], [pair("alpha", "d1")], ALL)
    assert found.values[1] is None
    ranked = [["d2", "d1"], ["y", "x"]]
    assert (
        whole_scores(ranked, asked, found)[1] == seen_scores(ranked, asked, found)[1] == pytest.approx(1 / np.log2(3))
    )
    bare = labels(asked, [], [pair("alpha", "d1")], ALL)
    assert bare == Labels((None, None))
    assert labels([], [], [], ALL) == Labels(())


def test_opened_documents_that_do_not_judge_are_as_if_unseen() -> None:
    (values,) = labels([query("alpha")], [Answer("alpha", SHOWN)], [pair("alpha", "d1"), pair("alpha", "d2")],
                       ALL - {"d2", "d3"}).values  # fmt: skip
    assert values is not None
    assert "d2" not in values, "it teaches"
    assert "d3" in values, "it was shown, and not opened"


def test_what_nobody_was_shown_is_neither_good_nor_bad_for_the_order_of_what_was() -> None:
    asked, known = [query("alpha")], Labels(({"d1": 1.0, "d2": 0.0},), 1.0)
    pushed = [["new", "other", "d1", "d2"]]
    assert seen_scores(pushed, asked, known)[0] == 1.0
    assert whole_scores(pushed, asked, known)[0] == pytest.approx(0.5)
    lacking = seen_scores([["new"]], asked, Labels(({f"d{n}": 0.0 for n in range(20)} | {"z": 1.0},), 1.0))
    assert lacking[0] < 0.6, "a document that a ranking lacks comes behind those that it has, in no telling order"
    assert coverage(pushed, known) == 0.5
    assert coverage(pushed, Labels((None,))) == 0.0


def clicks(truth: dict[str, str], shown: dict[str, list[str]], noise: float, seed: int) -> list[PairRow]:
    """Let five people look at each answer: rank r with chance 1 / r, what meets the need opened in 80 %."""
    chance, rows = random.Random(seed), list[PairRow]()
    for text, documents in shown.items():
        for rank, name in enumerate(documents, 1):
            for _ in range(5):
                opens = 0.8 if name == truth[text] else noise
                if chance.random() < opens / rank:
                    rows.append(pair(text, name, float(min(rank, 5))))
    return rows


@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_a_better_ranking_is_seen_through_mistaken_clicks_on_what_stood_first(noise: float) -> None:
    """Live has most answers first; the candidate has all of them first, with what nobody was shown behind them."""
    chance = random.Random(7)
    truth, shown, better = {}, {}, []
    for n in range(300):
        text = f"query {n}"
        documents = [f"{n}-{m}" for m in range(10)]
        truth[text], shown[text] = documents[chance.choice((0, 0, 0, 1, 1, 2, 3, 4))], documents
        rest = [name for name in documents if name != truth[text]]
        chance.shuffle(rest)
        better.append([truth[text], *(f"{n}-new{m}" for m in range(4)), *rest])
    rows = clicks(truth, shown, noise, 1)
    opened = {row.anchor: {r.document: r.weight for r in rows if r.anchor == row.anchor} for row in rows}
    asked = [Query(text, opened.get(text, {text: 1.0}), n, False, 1, START) for n, text in enumerate(truth)]
    known = labels(asked, [Answer(t, tuple(d)) for t, d in shown.items() for _ in range(5)], rows,
                   frozenset(name for d in shown.values() for name in d))  # fmt: skip
    live = list(shown.values())
    true = np.mean([1 - 1 / np.log2(d.index(truth[t]) + 2) for t, d in shown.items()])
    seen = (seen_scores(better, asked, known) - seen_scores(live, asked, known)).mean()
    whole = (whole_scores(better, asked, known) - whole_scores(live, asked, known)).mean()
    least = 0.6 if noise < 0.1 else 0.3  # the more mistakes, the smaller a gain looks
    assert least * true < seen < 1.2 * true
    assert 0 < whole < 1.2 * true
    as_they_are = Labels((None,) * len(asked))
    plain = (whole_scores(better, asked, as_they_are) - whole_scores(live, asked, as_they_are)).mean()
    assert plain < 0.7 * seen, "clicks as they are prefer what stood first"


def test_what_decides_are_the_relevant_documents_and_what_was_opened_and_counts() -> None:
    rows = [pair("alpha", "d2"), pair("Alpha", "d3"), pair("beta", "d4"), replace(pair("alpha", "d5"), satisfied=False)]
    assert deciding([query("alpha")], rows, frozenset({"d2", "d4", "d5"})) == {"d1", "d2"}
