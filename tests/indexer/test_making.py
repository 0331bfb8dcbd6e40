"""What is to be written of documents, from a collection that has some of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from indexer.documents import UNKNOWN, Document, Pending
from indexer.making import Maker, keys_of
from stores.vector_rows import Stored
from tests.trainer.build import base_pieces

TEXT = "T\nSome words."


@dataclass
class Held:
    """A collection of rows by key, and a model that notes what it is asked to embed; without one it raises."""

    rows: dict[str, Stored] = field(default_factory=dict)
    embedded: list[str] = field(default_factory=list)
    has_model: bool = True

    def get(self, collection: str, keys: Sequence[str], with_vectors: bool) -> dict[str, Stored]:
        assert (collection, with_vectors) == ("C", True)
        return {key: self.rows[key] for key in keys if key in self.rows}

    @property
    def pieces(self) -> object:
        return base_pieces()

    def encode(self, texts: Sequence[str]) -> object:
        self.embedded += texts
        return np.ones((len(texts), 2))

    def maker(self) -> Maker:
        parts: Any = self

        def model() -> Any:  # noqa: ANN401  # as much of an encoder as is used
            if not self.has_model:
                raise LookupError
            return parts

        return Maker(parts, "C", model)


def planned(
    passages: int = 1, known: bool = True, recorded: bool = True, content: str = "h"
) -> tuple[Pending, Document]:
    pending = Pending("d", 2, False, known, passages, 5, recorded)
    return pending, Document("d", 2, False, content, "T", ("all",), 0, 7, "Some words.")


def row(content: str = "h", text: str = TEXT, truncated: bool = False) -> Stored:
    return Stored(1, content, ("all",), 0.5, [0.5, 0.5], text, truncated)


def test_what_did_not_change_is_taken_from_its_rows_without_a_model() -> None:
    held = Held({"d#0": row(truncated=True), "d#1": row(text="T\nMore.")}, has_model=False)
    (made,), others = held.maker().kept([planned(passages=2)])
    assert (made.document.passages, made.document.truncated) == ((TEXT, "T\nMore."), True)
    assert (made.vectors, others) == ([[0.5, 0.5], [0.5, 0.5]], [])


@pytest.mark.parametrize(
    ("rows", "plan"),
    [
        ({"d#0": row()}, planned(passages=2)),
        ({"d#1": row()}, planned(passages=1)),
        ({"d#0": row("other")}, planned()),
        ({"d#0": row(), "d#1": row("other")}, planned(passages=2)),
        ({"d#0": row()}, planned(known=False)),
        ({"d#0": row()}, planned(passages=UNKNOWN)),
        ({}, planned(passages=0)),
    ],
    ids=["one lacks", "first lacks", "other text", "partly other", "void", "uncounted", "none"],
)
def test_what_is_not_whole_and_of_the_present_text_is_made_anew(
    rows: dict[str, Stored], plan: tuple[Pending, Document]
) -> None:
    held = Held(rows)
    assert held.maker().kept([plan]) == ([], [plan])
    found, (made,) = held.maker().anew([plan], unrecorded_are_absent=False)
    assert (found, made.document.passages, held.embedded) == ([], (TEXT,), [TEXT])


def test_vectors_that_nobody_recorded_are_used_where_they_may_be_there() -> None:
    plan = planned(passages=0, known=False, recorded=False)
    held = Held({"d#0": row()})
    (found,), fresh = held.maker().anew([plan], unrecorded_are_absent=False)
    assert (found.vectors, fresh, held.embedded) == ([[0.5, 0.5]], [], [])
    found_nothing, (made,) = held.maker().anew([plan], unrecorded_are_absent=True)
    assert (found_nothing, len(made.vectors), held.embedded) == ([], 1, [TEXT])


def test_the_model_is_asked_for_only_when_something_changed() -> None:
    held = Held(has_model=False)
    assert held.maker().anew([], unrecorded_are_absent=False) == ([], [])
    with pytest.raises(LookupError):
        held.maker().anew([planned()], unrecorded_are_absent=False)


def test_rows_have_a_number_and_their_terms() -> None:
    held = Held()
    _, (made,) = held.maker().anew([planned()], unrecorded_are_absent=True)
    (made_row,) = made.rows(0.25)
    assert (made_row["pk"], made_row["text"], made_row["terms"], made_row["authority"]) == (
        "d#0",
        TEXT,
        "t some words",
        0.25,
    )


def test_keys_are_numbered_from_first_to_before_end() -> None:
    assert keys_of("d", 1, 3) == ["d#1", "d#2"]
    assert keys_of("d", 3, 3) == []
