"""The table tells failures, and names each case by its file."""

from types import SimpleNamespace
from typing import Any

from tests.cases.table import EXPECTATION, Table, case_of


def report(nodeid: str, words: str | None, **how: Any) -> Any:  # noqa: ANN401  # as much of a report as the table reads
    given = {"when": "call", "failed": False, "skipped": False}
    properties = [] if words is None else [(EXPECTATION, words)]
    return SimpleNamespace(nodeid=nodeid, user_properties=properties, **(given | how))


def test_one_failure_of_a_row_makes_it_fail_in_every_order() -> None:
    for order in ((False, True), (True, False)):
        table = Table()
        for failed in order:
            table.pytest_runtest_logreport(report("tests/cases/test_04_a_b.py::test_x[1]", "it holds", failed=failed))
        table.pytest_runtest_logreport(report("tests/cases/test_table.py::test_y", None))
        assert table.rows == {("04-a-b", "it holds"): "failed"}
        assert table.text().splitlines()[-1] == "1 expectations, 1 failed"


def test_what_was_skipped_or_broke_before_its_test_did_not_pass() -> None:
    table = Table()
    table.pytest_runtest_logreport(report("test_01_x.py::t", "a", when="setup", failed=True))
    table.pytest_runtest_logreport(report("test_01_x.py::t", "b", when="setup", skipped=True))
    table.pytest_runtest_logreport(report("test_01_x.py::t", "c", when="setup"))
    table.pytest_runtest_logreport(report("test_01_x.py::t", "c"))
    assert [outcome for _, outcome in sorted(table.rows.items())] == ["failed", "failed", "passed"]


def test_a_case_is_named_by_its_file() -> None:
    assert case_of("tests/cases/test_16_command_line.py::test_x[a::b]") == "16-command-line"
