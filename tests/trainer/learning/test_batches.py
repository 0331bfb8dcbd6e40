from hypothesis import given
from hypothesis import strategies as st

from trainer.learning.batches import Row, _Batch, barred, plan

NAMES = [f"d{n}" for n in range(8)]
ROWS = st.lists(
    st.builds(
        Row,
        anchor=st.sampled_from("abcdefghij"),
        document=st.sampled_from(NAMES),
        never=st.frozensets(st.sampled_from(NAMES), max_size=3),
        near=st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)),
        extra=st.sampled_from([(), ("e1",), ("d1",)]),
    ),
    max_size=40,
)


@given(ROWS, st.integers(2, 6), st.integers(0, 3))
def test_every_false_negative_of_a_batch_is_barred_and_no_row_comes_twice(
    rows: list[Row], size: int, seed: int
) -> None:
    batches = plan(rows, size, seed)
    seen = [n for batch in batches for n in batch]
    assert len(seen) == len(set(seen))
    for batch in batches:
        assert 2 <= len(batch) <= size
        out = {(one, other): (alike, brought) for one, other, alike, brought in barred(rows, batch)}
        for one in batch:
            right = rows[one].never | {rows[one].document}
            for other in batch:
                if one != other:
                    same = rows[one].anchor == rows[other].anchor
                    found = (same or rows[other].document in right, any(name in right for name in rows[other].extra))
                    assert out.get((one, other), (False, False)) == found
        assert sum(alike for alike, _ in out.values()) < len(batch) * (len(batch) - 1), "it compares something"


@given(ROWS, st.integers(2, 6))
def test_the_same_seed_gives_the_same_plan(rows: list[Row], size: int) -> None:
    assert plan(rows, size, 1) == plan(rows, size, 1)


def test_unrelated_rows_fill_every_batch_and_all_are_used() -> None:
    rows = [Row(f"a{n}", f"d{n}", frozenset()) for n in range(64)]
    batches = plan(rows, 16, 0)
    assert [len(batch) for batch in batches] == [16] * 4
    assert batches != plan(rows, 16, 1)


def test_hard_negatives_stand_together() -> None:
    rows = [Row(f"a{n}", f"d{n}", frozenset(), near=(f"d{n ^ 1}",)) for n in range(64)]
    together = sum((n ^ 1) in batch for batch in plan(rows, 8, 0) for n in batch)
    assert together >= 60, "pairs of hard negatives are rarely torn apart"


def test_one_document_for_all_leaves_nothing_to_compare() -> None:
    assert plan([Row(f"a{n}", "d", frozenset()) for n in range(5)], 4, 0) == []


def test_densely_linked_documents_fill_their_batches_too() -> None:
    cliques = [frozenset(f"d{30 * (n // 30) + other}" for other in range(30)) for n in range(600)]
    rows = [Row(f"a{n}", f"d{n}", cliques[n]) for n in range(600)]
    sizes = sorted(len(batch) for batch in plan(rows, 32, 0))
    assert sum(sizes) == 600
    assert sizes == [600 % 32] + [32] * 18, "only the last is small"


def test_batches_of_rows_that_may_stand_together_are_not_joined_with_others_beyond_their_size() -> None:
    rows = [Row(f"a{n}", f"d{n}", frozenset()) for n in range(70)]
    assert sorted(len(batch) for batch in plan(rows, 32, 0)) == [6, 32, 32]
    assert not any(list(barred(rows, batch)) for batch in plan(rows, 32, 0))


@given(ROWS.filter(len))
def test_a_batch_takes_whom_no_pair_bars(rows: list[Row]) -> None:
    batch = _Batch()
    for number, row in enumerate(rows):
        pairs = barred(rows, [*batch.rows, number])
        assert batch.takes(row) == (not any(number in pair[:2] for pair in pairs))
        if batch.takes(row):
            batch.add(number, row)
