"""The replay of a small handbook, and with an indexer that it must find out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.documents.command import parts, shown_as
from bench.documents.counted import KEEPS_DELETED, KEEPS_TEXT
from bench.documents.handbook import Final
from indexer.feed.documents import DocumentState, Pending
from tests.bench.documents.library import Told, written

ROOT = Path(__file__).parents[3]
FIRST: list[Told] = [(f"page-{n}.md", None, f"The first text of page {n}.") for n in range(12)]
LATER: list[Told] = [
    *((f"page-{n}.md", None, f"Another text of page {n}.") for n in range(4)),
    *((f"page-{n}.md", None, None) for n in range(4, 8)),
    *((f"moved-{n}.md", f"page-{n}.md", f"The first text of page {n}.") for n in range(8, 11)),
    ("page-11.md", None, "The first text of page 11."),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("handbook")
    written(directory, [*FIRST, *LATER])
    return directory


def run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "documents", "--parts", "2", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}, done.stderr


@pytest.mark.slow
def test_the_collection_is_the_handbook_after_its_last_change(small: Path) -> None:
    status, report, progress = run("--data", str(small))
    assert status == 0, progress
    assert (report["changes"], report["documents_ever"], report["documents_final"]) == (24, 15, 8)
    assert (report["missing"], report["extra"], report["different"]) == (0, 0, 0)
    assert (report["applied"], report["removed"]) == (12 + 4 + 4 + 3 + 3 + 1, 4 + 3)
    assert report["embedded_passages"] == 12 + 4 + 3, "a moved page has another title"
    assert report["reused_passages"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sabotage", "wrong"),
    [
        (KEEPS_DELETED, {"missing": 0, "extra": 7, "different": 0}),
        (KEEPS_TEXT, {"missing": 0, "extra": 0, "different": 5}),
    ],
)
def test_a_wrong_indexer_is_found_out(small: Path, sabotage: str, wrong: dict[str, int]) -> None:
    status, report, progress = run("--data", str(small), "--sabotage", sabotage)
    assert status == 1, progress
    assert {name: report[name] for name in wrong} == wrong, progress


def test_parts_are_all_changes_in_order() -> None:
    assert parts(10, 4) == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert parts(2, 4) == [(0, 1), (1, 2)]
    assert parts(0, 4) == []


@pytest.mark.parametrize(
    ("version", "gone", "outstanding", "final", "shown"),
    [
        (3, False, False, Final("t", "b", 3), True),
        (2, False, False, Final("t", "b", 3), False),
        (3, False, True, Final("t", "b", 3), False),
        (3, True, False, Final("t", "b", 3), False),
        (3, True, False, None, True),
        (3, True, True, None, False),
        (3, False, False, None, False),
    ],
)
def test_when_a_document_is_as_it_should_be(
    version: int, gone: bool, outstanding: bool, final: Final | None, shown: bool
) -> None:
    state = DocumentState(Pending("d", version, gone, True, 1, 1), 1, outstanding)
    assert shown_as(state, final) is shown
    assert not shown_as(None, final)
