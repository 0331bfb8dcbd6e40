"""A run at the end of every month: its sides, and what an oracle that knows every first name says of them.

The oracle keeps names, whose text a copy has, and queries, no hashes: what tested and what taught in any month before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.holdout.history import Month
from retrieval.text import normalized
from trainer.data.examples import CLICK_KINDS, CleaningRules, build
from trainer.data.hold_out import ROLES, HoldOut, Key, Used
from trainer.data.near_copies import near_copies
from trainer.data.split import IDLE, Split, SplitRules, split
from trainer.data.used import JudgedBy, used_by

MEMORY, HASH_ALONE, ANEW = "memory", "hash_alone", "anew"
"""Sides as they are; by the same hash in every run, but without a memory; drawn anew in every run."""

RULES = SplitRules()
_LONG = 80
"""Words; the changes of a year are some ten, so texts of so many stay near copies."""


@dataclass
class Oracle:
    """Documents (by first name), texts of some length (by whose they were first) and queries that tested and taught."""

    tested: set[str] = field(default_factory=set)
    taught: set[str] = field(default_factory=set)

    def count(self, sides: Split, month: Month) -> dict[str, int]:
        """Return what of this run did the other thing in a run before, or does it in this one; and remember it."""
        tests = {what for query in sides.test for name in query.relevant for what in _known(name, month)}
        tests |= {f"query {normalized(query.text)}" for query in sides.test}
        teaches = {what for e in sides.train for n in (e.document, *e.anchor_documents) for what in _known(n, month)}
        teaches |= {f"query {normalized(e.anchor)}" for e in sides.train}
        found = {
            "tested_then_taught": len(teaches & self.tested),
            "taught_then_tested": len(tests & self.taught),
            "at_once": len(tests & teaches),
        }
        self.tested, self.taught = self.tested | tests, self.taught | teaches
        return found


def _known(name: str, month: Month) -> set[str]:
    """Return by what the oracle knows a document; a few words more make a short text another one."""
    long = name in month.documents and len(month.documents[name].body.split()) >= _LONG
    return {f"document {month.first[name]}"} | ({f"text {month.copied[name]}"} if long else set())


def year(found: Iterator[Month], way: str) -> list[dict[str, Any]]:
    """Return what each month's run showed; `way` says where sides come from."""
    used: dict[str, Used] = {}
    oracle, rows = Oracle(), []
    for month in found:
        examples = build(month.rows, month.documents, CleaningRules()).kept
        copies = near_copies(month.documents.values(), RULES.document_similarity)
        key = Key(f"key of month {month.number}".encode() if way == ANEW else b"the tenant's key")
        hold_out = HoldOut.over(key, month.documents.values(), used if way == MEMORY else {}, month.former)
        sides = split(examples, copies, RULES, hold_out)
        used = _together(used, used_by(sides, copies, hold_out, JudgedBy.relevant(sides)))
        typed = [
            (normalized(e.anchor), side, cause)
            for e, side, cause in zip(examples, sides.sides, sides.causes, strict=True)
            if not CLICK_KINDS.isdisjoint(e.kinds)
        ]
        asked = {text for text, _, _ in typed}
        testable = {text for text, side, cause in typed if side == "test" or cause == IDLE}
        teaching = {text for text, side, _ in typed if side == "train"}
        rows.append(
            {
                "month": month.number,
                "queries": len(asked),
                "tested": len(sides.test),
                "testable": round(len(testable) / len(asked), 3),
                "teaching": round(len(teaching) / len(asked), 3),
                "unused": sides.unused(),
                **oracle.count(sides, month),
            }
        )
    return rows


def _together(before: dict[str, Used], now: dict[str, Used]) -> dict[str, Used]:
    nothing = Used()
    return {
        role: Used(
            before.get(role, nothing).documents | now[role].documents,
            {**before.get(role, nothing).queries, **now[role].queries},
        )
        for role in ROLES
    }
