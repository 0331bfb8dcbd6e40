from hypothesis import given
from hypothesis import strategies as st

from trainer.learning.batches import Row, plan

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
def test_no_batch_has_a_false_negative_and_no_row_comes_twice(rows: list[Row], size: int, seed: int) -> None:
    batches = plan(rows, size, seed)
    seen = [n for batch in batches for n in batch]
    assert len(seen) == len(set(seen))
    for batch in batches:
        assert 2 <= len(batch) <= size
        for one in batch:
            for other in batch:
                if one != other:
                    assert rows[one].anchor != rows[other].anchor
                    brought = {rows[other].document, *rows[other].extra}
                    assert brought.isdisjoint(rows[one].never | {rows[one].document})


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
