"""What is wrong with a collection is named, whatever it is."""

from collections.abc import Callable

import pytest

from bench.documents.handbook import Final
from bench.documents.replayed import Verdict, by_document, held_against
from retrieval.passages import split
from stores.vector_rows import VectorRow, vector_row
from tests.trainer.build import base_pieces

FINAL = {
    "leave": Final("Leave", "Ten days a year. " * 60, 3),
    "lunch": Final("Lunch", "Soup.", 4),
    "x": Final("", "", 5),
}
Rows = dict[str, VectorRow]


def rows() -> Rows:
    made: Rows = {}
    for name, known in FINAL.items():
        for n, text in enumerate(split(known.title, known.body, base_pieces()).passages):
            row = vector_row(name, n, known.version, "", (), known.title, text, (), (1.0,), 0.5, 0)
            made[row["pk"]] = row
    return made


def change(**fields: object) -> Callable[[Rows], object]:
    return lambda there: there["leave#0"].update(fields)


def test_a_collection_that_shows_the_documents_is_sound() -> None:
    assert len(rows()) > 2, "one document has several passages, one has none"
    assert held_against(by_document(rows()), FINAL, base_pieces()).sound


@pytest.mark.parametrize(
    ("damage", "verdict"),
    [
        (lambda there: there.pop("lunch#0"), Verdict(missing=["lunch"])),
        (lambda there: there.pop("leave#0"), Verdict(different=["leave"])),
        (lambda there: there.update({"y": {**there["lunch#0"], "document": "y"}}), Verdict(extra=["y"])),
        (lambda there: there.update({"z": {**there["lunch#0"], "passage": 1}}), Verdict(different=["lunch"])),
        (lambda there: there.update({"z": {**there["lunch#0"], "document": "x"}}), Verdict(different=["x"])),
        (change(text="Leave\nEleven days."), Verdict(different=["leave"])),
        (change(title="Leaves"), Verdict(different=["leave"])),
        (change(version=2), Verdict(different=["leave"])),
    ],
)
def test_what_is_wrong_is_named(damage: Callable[[Rows], object], verdict: Verdict) -> None:
    there = rows()
    damage(there)
    assert held_against(by_document(there), FINAL, base_pieces()) == verdict
