"""A replay's file: what was written is read in order, and half a line is none."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from streams.drift.journal import Journal

AT = datetime(2025, 6, 2, 7, 30, 0, 123, tzinfo=UTC)


def test_rows_are_read_as_they_were_written_and_half_a_line_is_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    journal = Journal(path)
    assert list(journal.read()) == []
    journal.write("a", [{"x": 1.5, "at": AT}, {"x": 0.1 + 0.2}])
    journal.write("b", [{"v": np.array([1.0, 2.0]), "ats": [AT]}])
    whole = path.read_bytes()
    path.write_bytes(whole + b'["a",[{"x"')
    wanted = [("a", [{"x": 1.5, "at": AT}, {"x": 0.1 + 0.2}]), ("b", [{"v": [1.0, 2.0], "ats": [AT]}])]
    assert list(journal.read()) == wanted
    assert path.read_bytes() == whole, "so that the next line begins anew"
    journal.write("c", [{}])
    assert list(journal.read()) == [*wanted, ("c", [{}])]


def test_without_a_path_nothing_is_kept() -> None:
    Journal().write("a", [{"x": 1}])
    assert list(Journal().read()) == []
