"""`tidewheel report` writes one file, and says which."""

from pathlib import Path

import pytest

from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.operations.past import DATABASE, TENANT, past
from tests.streams.lives import Streams

__all__ = ["past"]


@pytest.mark.thorough
def test_a_report_is_one_file(
    tidewheel: CommandLine, stack: Settings, past: Streams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stack, DATABASE, monkeypatch)
    monkeypatch.chdir(tmp_path)
    result = tidewheel("report", "--tenant", TENANT)
    assert result.code == 0, result.err
    (file,) = tmp_path.iterdir()
    assert file.name == f"tidewheel-{TENANT}-2026-02-24.html"
    assert file.name in result.out
    page = file.read_text()
    assert page.startswith("<!doctype html>")
    assert "run-1" in page
    assert "<script" not in page

    named = tmp_path / "own.html"
    assert tidewheel("report", "--tenant", TENANT, "--days", "1", "--out", str(named)).code == 0
    assert "run-1" not in named.read_text()
    other = tidewheel("report", "--tenant", "pats")
    assert other.code == 2
    assert "past" in other.err
