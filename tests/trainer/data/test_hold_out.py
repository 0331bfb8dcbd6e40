"""Which side a document is on, and what wins when groups of both sides become one."""

from itertools import combinations

import pytest

from tests.trainer.build import document
from trainer.data.hold_out import (
    CHOSE,
    ROLES,
    TAUGHT,
    TEST,
    TESTED,
    TRAIN,
    UNUSED,
    VALIDATION,
    HoldOut,
    Key,
    Used,
    Zones,
    document_sides,
    side,
)

KEY = Key(b"a tenant's key")
ZONES = Zones(0.3, 0.1)


@pytest.mark.parametrize(
    ("roles", "share", "expected"),
    [
        ({TESTED}, 0.9, TEST),
        ({TAUGHT}, 0.1, TRAIN),
        ({CHOSE}, 0.1, VALIDATION),
        ({CHOSE}, 0.9, VALIDATION),
        ({TAUGHT, CHOSE}, 0.1, TRAIN),
        ({TESTED, TAUGHT}, 0.1, UNUSED),
        ({TESTED, CHOSE}, 0.35, UNUSED),
        (set(ROLES), 0.9, UNUSED),
        (set(), 0.0, TEST),
        (set(), 0.299, TEST),
        (set(), 0.3, VALIDATION),
        (set(), 0.4, TRAIN),
    ],
)
def test_what_was_used_stands_above_the_hash(roles: set[str], share: float, expected: str) -> None:
    assert side(frozenset(roles), share, ZONES) == expected


def test_what_only_teaches_teaches_unless_it_has_tested() -> None:
    assert side(frozenset(), 0.1, ZONES, only_teaches=True) == TRAIN
    assert side(frozenset({TESTED}), 0.1, ZONES, only_teaches=True) == TEST


@pytest.mark.parametrize("roles", [set(some) for n in range(4) for some in combinations(ROLES, n)])
def test_no_history_gives_a_tested_document_to_learning_or_a_taught_one_to_the_test(roles: set[str]) -> None:
    for share in (0.0, 0.35, 0.9):
        for only in (True, False):
            found = side(frozenset(roles), share, ZONES, only)
            assert not (TESTED in roles and found in (TRAIN, VALIDATION))
            assert not (roles & {TAUGHT, CHOSE} and found == TEST)


def used(*names: str) -> Used:
    return Used(frozenset(KEY.document(name) for name in names))


def test_groups_that_merge_over_both_sides_are_used_for_neither() -> None:
    known = [document(name) for name in ("old", "new", "between", "free")]
    hold_out = HoldOut.over(KEY, known, {TESTED: used("old"), TAUGHT: used("new")})
    apart = document_sides({"old": 0, "new": 1, "between": 2, "free": 3}, hold_out, ZONES)
    assert (apart["old"], apart["new"]) == (TEST, TRAIN)
    merged = document_sides({"old": 0, "new": 0, "between": 0, "free": 1}, hold_out, ZONES)
    assert {merged[name] for name in ("old", "new", "between")} == {UNUSED}
    assert merged["free"] == apart["free"]


def test_a_group_that_grows_or_splits_stays_on_its_side() -> None:
    known = [document(name) for name in ("one", "two", "three")]
    hold_out = HoldOut.over(KEY, known, {TESTED: used("one", "two")})
    assert set(document_sides({"one": 0, "two": 0, "three": 0}, hold_out, ZONES).values()) == {TEST}
    split = document_sides({"one": 0, "two": 1, "three": 2}, hold_out, ZONES)
    assert (split["one"], split["two"]) == (TEST, TEST)


def test_a_renamed_or_copied_document_is_known_again() -> None:
    before = document("before")
    seen = {TESTED: Used(frozenset({KEY.document("before"), KEY.content(before.content_hash)}))}
    assert HoldOut.over(KEY, [document("after")], seen, {"after": ["before"]}).roles(["after"]) == {TESTED}
    assert HoldOut.over(KEY, [document("after")], seen).roles(["after"]) == frozenset()
    moved = document("after", before.body)
    same_text = type(moved)(**{**{n: getattr(moved, n) for n in moved.__slots__}, "content_hash": before.content_hash})
    assert HoldOut.over(KEY, [same_text], seen).roles(["after"]) == {TESTED}


def test_a_rename_does_not_move_a_document_between_the_zones() -> None:
    for n in range(50):
        before, after = HoldOut.over(KEY, [document(f"a{n}")]), HoldOut.over(KEY, [document(f"a{n}x")])
        kept = HoldOut.over(KEY, [document(f"a{n}x")], {}, {f"a{n}x": [f"a{n}"]})
        assert kept.share([f"a{n}x"]) in (before.share([f"a{n}"]), after.share([f"a{n}x"]))


def test_queries_are_known_again_by_hashed_words_alone() -> None:
    seen = Used(
        queries={KEY.query(text): KEY.words(text) for text in ("reset the vpn password today", "order a badge")}
    )
    hold_out = HoldOut.over(KEY, [], {TAUGHT: seen})
    asked = ["Order a Badge", "please reset vpn password today", "reset printer", "badge"]
    assert hold_out.alike(asked, (TAUGHT,), 0.75) == {0, 1}
    assert hold_out.alike(asked, (TESTED, CHOSE), 0.75) == set()
    assert HoldOut.over(Key(b"another key"), [], {TAUGHT: seen}).alike(asked, (TAUGHT,), 0.75) == set()


def test_hashes_say_nothing_without_the_key_and_the_same_with_it() -> None:
    other = Key(b"another key")
    assert KEY.query("Reset VPN") == KEY.query("reset vpn") != other.query("reset vpn")
    assert KEY.document("a") != KEY.content("a") != KEY.query("a")
    assert KEY.id != other.id
    shares = [KEY.share(KEY.document(f"d{n}")) for n in range(4_000)]
    assert 0 <= min(shares) < max(shares) < 1
    assert sum(share < 0.3 for share in shares) == pytest.approx(1_200, abs=100)
