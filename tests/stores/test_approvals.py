"""Whose approvals wait."""

from stores.approvals import WAITS, approved_by, waits

A, B = "a" * 64, "b" * 64


def test_those_of_one_packet_are_named_once_each() -> None:
    outcomes = [waits(A, "sam"), waits(A, "ana"), waits(A, "sam"), waits(B, "kim"), "done", "it grew old", WAITS]
    assert approved_by(outcomes, A) == ["ana", "sam"]
    assert approved_by(outcomes, B) == ["kim"]
    assert approved_by(outcomes, "") == []


def test_an_outcome_that_waits_is_told_from_every_other() -> None:
    assert waits(A, "sam").startswith(WAITS)
