"""What is wrong with a document's rows: whichever field was changed is named."""

from typing import Any

import numpy as np
import pytest

from indexer.feed.document import Document
from indexer.feed.records import Recorded
from indexer.indexing.making import row_of
from indexer.proof.row_check import keys_of, length, problem, settled
from stores.vector_rows import ROW_FIELDS, VectorRow, passages_digest

PAGE = Document("d", 2, False, "h", "T", ("all",), 5, 7, "Body.", ("T\nOne.", "T\nTwo."), clicked=("one two",))
GONE = Document("d", 3, True, "", "T", ("all",), 5, 8, "")
VECTORS = [np.array([0.6, 0.8], dtype=np.float32), np.array([0.8, 0.6], dtype=np.float32)]
RECORDED = Recorded(7, False, passages_digest(PAGE.passages, VECTORS), 0.3, PAGE.clicked_digest)


def rows(**changed: Any) -> list[VectorRow | None]:  # noqa: ANN401  # any field
    """The right rows, the second of them changed, and nothing behind them."""
    first, second = (
        row_of(PAGE, n, text, dense.tolist(), float(np.float32(0.3)))
        for n, (text, dense) in enumerate(zip(PAGE.passages, VECTORS, strict=True))
    )
    return [first, second | changed, None]


def test_right_rows_have_nothing_wrong() -> None:
    assert problem(PAGE, RECORDED, rows()) == ""
    assert (length(PAGE), keys_of(PAGE), length(GONE), keys_of(GONE)) == (2, ["d#0", "d#1", "d#2"], 0, ["d#0"])


WRONG: dict[str, tuple[object, str]] = {
    "pk": ("d#7", "place"),
    "document": ("e", "place"),
    "passage": (3, "place"),
    "version": (1, "version"),
    "content_hash": ("g", "content"),
    "acl": (["all", "more"], "access list"),
    "readers": ("other readers", "access list"),
    "title": ("S", "title"),
    "text": ("T\nToo.", "text"),
    "terms": ("t one", "words"),
    "clicked": ("t two one two", "clicked queries"),
    "authority": (0.31, "authority"),
    "updated_at": (6, "date"),
    "truncated": (True, "truncated"),
    "dense": ([0.8, 0.6000001], "vector"),
}


def test_every_field_of_a_row_is_compared() -> None:
    assert WRONG.keys() == set(ROW_FIELDS)
    assert set(ROW_FIELDS) == set(rows()[0] or {})


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_named(field: str) -> None:
    value, name = WRONG[field]
    assert problem(PAGE, RECORDED, rows(**{field: value})) == name


def test_the_first_row_alone_has_the_clicked_queries() -> None:
    first, second, past = rows()
    assert first
    assert second
    assert (first["clicked"], second["clicked"]) == ("t one one two", "t two")
    assert problem(PAGE, RECORDED, [first | {"clicked": ""}, second, past]) == "clicked queries"


def test_vectors_that_changed_places_are_found() -> None:
    first, second, past = rows()
    assert first
    assert second
    swapped = [first | {"dense": second["dense"]}, second | {"dense": first["dense"]}, past]
    assert problem(PAGE, RECORDED, swapped) == "vector"


def test_what_is_missing_or_too_much_is_named_whatever_the_record_says() -> None:
    first, second, _ = rows()
    assert problem(PAGE, None, [first, None, None]) == "missing"
    assert problem(PAGE, RECORDED, [first, second, first]) == "surplus"
    assert problem(GONE, None, [first]) == "surplus"
    assert problem(GONE, None, [None]) == ""


@pytest.mark.parametrize(
    "recorded",
    [
        None,
        Recorded(6, False, RECORDED.digest, 0.3, RECORDED.clicked),
        Recorded(7, True, RECORDED.digest, 0.3, RECORDED.clicked),
        Recorded(7, False, RECORDED.digest, 0.3),
    ],
)
def test_rows_that_nobody_recorded_are_not_vouched_for(recorded: Recorded | None) -> None:
    assert problem(PAGE, recorded, rows()) == "record"
    assert not settled(PAGE, recorded)


def test_rows_recorded_without_a_digest_are_made_anew() -> None:
    assert problem(PAGE, Recorded(7, False, "", 0.3, RECORDED.clicked), rows()) == "vector"


def test_a_change_that_is_still_to_come_is_told_from_a_fault() -> None:
    assert settled(PAGE, RECORDED)
    assert [settled(GONE, r) for r in (None, RECORDED, Recorded(0, True, "", 0.0))] == [True, False, True]
