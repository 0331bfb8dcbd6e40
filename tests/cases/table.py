"""The table of the cases, from pytest's own reports: it also holds when the tests run in several processes."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pytest

EXPECTATION = "expectation"
"""The property of a report that holds the first line of the test's docstring."""


@dataclass
class Table:
    """A plugin that keeps one row per expectation: the case, its words, and the worst outcome of its tests."""

    rows: dict[tuple[str, str], str] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a report of a test's set-up, call or tear-down."""
        words = dict(report.user_properties).get(EXPECTATION)
        if not isinstance(words, str):
            return
        row = (case_of(report.nodeid), words)
        if report.failed or report.skipped:
            self.rows[row] = "failed"
        elif report.when == "call":
            self.rows.setdefault(row, "passed")

    def text(self) -> str:
        """Return the table as text of at most 80 columns where words allow it, one line a row, failures counted."""
        lines = [f"{outcome}  {case:<32} {words}" for (case, words), outcome in sorted(self.rows.items())]
        failed = sum(outcome == "failed" for outcome in self.rows.values())
        return "\n".join([*lines, f"{len(self.rows)} expectations, {failed} failed"])


def case_of(nodeid: str) -> str:
    """Return the case of a test by its file: `04-deleted-and-sent-again` for `test_04_deleted_and_sent_again.py`."""
    return PurePosixPath(nodeid.partition("::")[0]).stem.removeprefix("test_").replace("_", "-")
