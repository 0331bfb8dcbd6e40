"""What is to be written of documents, from a collection that has some of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from indexer.feed.document import Document
from indexer.feed.documents import UNKNOWN, Pending
from indexer.indexing.embedding import Embedder
from indexer.indexing.making import Maker, keys_of
from stores.vector_rows import Stored, passages_digest
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

        return Maker(parts, "C", Embedder(parts, "t", None, model))

    def digests(self) -> dict[str, str]:
        """What was recorded of the document, if all its rows are as they were written."""
        return {"d": passages_digest((r.text for r in self.rows.values()), (r.dense or () for r in self.rows.values()))}


def planned(
    passages: int = 1, known: bool = True, recorded: bool = True, content: str = "h"
) -> tuple[Pending, Document]:
    pending = Pending("d", 2, False, known, passages, 5, recorded)
    return pending, Document("d", 2, False, content, "T", ("all",), 0, 7, "Some words.")


def row(content: str = "h", text: str = TEXT, truncated: bool = False) -> Stored:
    return Stored(1, content, ("all",), 0.5, [0.5, 0.5], text, truncated)


def test_what_did_not_change_is_taken_from_its_rows_without_a_model() -> None:
    held = Held({"d#0": row(truncated=True), "d#1": row(text="T\nMore.")}, has_model=False)
    (made,), others = held.maker().kept([planned(passages=2)], held.digests())
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
    assert held.maker().kept([plan], held.digests()) == ([], [plan])
    (made,), embedded = held.maker().anew([plan], unrecorded_are_absent=False)
    assert (embedded, made.document.passages, held.embedded) == (1, (TEXT,), [TEXT])


@pytest.mark.parametrize(
    "wrong", [row(text="T\nOther words."), Stored(1, "h", ("all",), 0.5, [0.5, 0.6], TEXT)], ids=["text", "vector"]
)
def test_rows_that_are_not_as_they_were_written_are_made_anew(wrong: Stored) -> None:
    held, plan = Held({"d#0": row()}), planned()
    digests = held.digests()
    assert len(held.maker().kept([plan], digests)[0]) == 1
    held.rows["d#0"] = wrong
    assert held.maker().kept([plan], digests) == ([], [plan])
    assert held.maker().kept([plan], {}) == ([], [plan])


def test_vectors_that_nobody_recorded_are_used_where_they_may_be_there() -> None:
    plan = planned(passages=0, known=False, recorded=False)
    held = Held({"d#0": row()})
    (found,), embedded = held.maker().anew([plan], unrecorded_are_absent=False)
    assert (found.vectors, embedded, held.embedded) == ([[0.5, 0.5]], 0, [])
    (made,), embedded = held.maker().anew([plan], unrecorded_are_absent=True)
    assert (embedded, len(made.vectors), held.embedded) == (1, 1, [TEXT])


def test_an_unrecorded_row_of_another_text_is_not_used() -> None:
    held = Held({"d#0": row(text="T\nSwapped.")})
    (made,), embedded = held.maker().anew([planned(passages=0, known=False, recorded=False)], False)
    assert (made.document.passages, embedded) == ((TEXT,), 1)


def test_the_model_is_asked_for_only_when_something_changed() -> None:
    held = Held(has_model=False)
    assert held.maker().anew([], unrecorded_are_absent=False) == ([], 0)
    with pytest.raises(LookupError):
        held.maker().anew([planned()], unrecorded_are_absent=False)


def test_rows_have_a_number_and_their_terms() -> None:
    held = Held()
    (made,), _ = held.maker().anew([planned()], unrecorded_are_absent=True)
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
