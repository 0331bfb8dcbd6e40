"""`tidewheel doctor` says what is wrong, why, how to mend it, and ends with its own exit code."""

import json
from pathlib import Path

import pytest

from console.doctor import lines, rules
from operations.doctor.finding import Finding
from stores.exit_codes import EXIT_UNWELL
from tests.console.running import CommandLine


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path))
    return CommandLine(monkeypatch, capsys)


def test_without_a_stack_it_says_how_to_start_one(run: CommandLine) -> None:
    ended = run("doctor")
    assert ended.code == EXIT_UNWELL
    assert "WRONG  settings: the stack is not up: run `tidewheel up`" in ended.out
    assert ended.out.splitlines()[-1].endswith(" wrong")
    found = json.loads(run("doctor", "--json").out)
    assert {"check", "level", "what", "why", "mend"} == set(found[0])
    assert {each["check"] for each in found if each["level"] == "wrong"} - {"disk", "memory"} == {"settings"}


def test_what_is_well_is_shown_on_demand(run: CommandLine) -> None:
    assert "well   libraries:" in run("doctor", "--all").out
    assert "well   libraries:" not in run("doctor").out


def test_a_misspelt_rule_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path))
    assert [each.level for each in rules()] == ["well"]
    (tmp_path / "tidewheel.toml").write_text("[retention]\nnonsense = 1\n")
    wrong = [each for each in rules() if each.level == "wrong"]
    assert len(wrong) == 1
    assert "nonsense" in wrong[0].what


def test_a_finding_fits_the_terminal_and_moves_nothing_in_it() -> None:
    finding = Finding("tenant", "wrong", "acme: \x1b[31m" + "words " * 40, "because " * 20, "do this")
    shown = lines(finding, 60)
    assert all(len(line) <= 60 for line in shown)
    assert "\x1b" not in "".join(shown)
    assert shown[-1] == "       mend: do this"
