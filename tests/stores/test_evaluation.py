"""A verdict stands on its rows: other scores, fewer rows, or other rows with the same sum do not support it."""

import random
from typing import Any

import pytest

from schemas.learning import Comparison
from stores.evaluation import Evaluation, evaluation, unsupported

Row = dict[str, Any]


def row(query: int, system: str, score: float) -> Row:
    return {
        "query": f"query {query}", "system": system, "relevant": ["a"], "retrieved": ["a", "b"], "score": score
    }  # fmt: skip


ROWS = [row(n, "candidate", 0.5 + n / 20) for n in range(8)] + [row(n, "live", 0.5) for n in range(8)]


def said(found: Evaluation, **changed: object) -> Comparison:
    same: dict[str, Any] = {
        "ndcg_candidate": 0.7,
        "ndcg_live": 0.5,
        "ndcg_base": 0.5,
        "ndcg_bm25": 0.4,
        "low": 0.1,
        "high": 0.3,
    }
    return Comparison(**{"queries": found.queries, "difference": found.difference, **same, **changed})


def test_the_sum_is_the_mean_of_paired_differences() -> None:
    found = evaluation([*ROWS, row(1, "base", 0.1), row(99, "candidate", 1.0)])
    assert found.queries == 8
    assert found.difference == pytest.approx(0.175)
    assert evaluation([]).queries == 0


def test_the_order_of_rows_and_the_last_digits_are_no_part_of_it() -> None:
    mixed = random.Random(1).sample(ROWS, len(ROWS))
    assert evaluation(mixed) == evaluation(ROWS)
    assert evaluation([{**r, "score": r["score"] + 1e-13} for r in ROWS]).sha256 == evaluation(ROWS).sha256


@pytest.mark.parametrize(
    "changed", [{"query": "other"}, {"score": 0.51}, {"relevant": ["b"]}, {"retrieved": ["b", "a"]}], ids=str
)
def test_every_column_is_in_the_hash(changed: Row) -> None:
    assert evaluation([{**ROWS[0], **changed}, *ROWS[1:]]).sha256 != evaluation(ROWS).sha256


def test_what_the_trainer_said_of_its_own_rows_is_supported() -> None:
    found = evaluation(ROWS)
    assert unsupported(found, said(found), found.sha256) == ""


def test_a_claim_without_its_rows_is_not_supported() -> None:
    found = evaluation(ROWS)
    assert "scores of 0" in unsupported(evaluation([]), said(found), found.sha256)
    assert "scores of 7" in unsupported(evaluation(ROWS[1:]), said(found), found.sha256)
    assert "scores say" in unsupported(found, said(found, difference=0.2), found.sha256)


def test_other_rows_with_the_same_sum_are_not_what_was_signed() -> None:
    found = evaluation(ROWS)
    swapped = [{**ROWS[0], "score": ROWS[1]["score"]}, {**ROWS[1], "score": ROWS[0]["score"]}, *ROWS[2:]]
    other = evaluation(swapped)
    assert other.queries == found.queries
    assert other.difference == pytest.approx(found.difference)
    assert "not those that the trainer signed" in unsupported(other, said(found), found.sha256)
    assert "not those" in unsupported(found, said(found), None)
