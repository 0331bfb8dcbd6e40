"""What `tidewheel connect` says of a run: what was sent, what was not, and a status that scripts can tell by."""

import json
from collections import Counter

import click
import pytest

from connectors.items import Fault
from connectors.transfer import Done
from console.connected import report
from stores.errors import Poison
from stores.exit_codes import EXIT_INTERRUPTED


def test_lines_say_all_that_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    report(Done(Counter(DocumentUpserted=1_200), 3, 2, 1, Counter(images=4)), dry_run=False, as_json=False)
    said = capsys.readouterr().out
    for part in ("sent 1,200 DocumentUpserted", "3 as they were", "4 images left out", "1 are cut", "2 are private"):
        assert part in said


def test_faults_are_listed_up_to_a_number_and_end_it_with_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    faults = [Fault(f"line {n}", "time: missing") for n in range(30)]
    with pytest.raises(Poison, match="30 could not be read or sent; all else was checked"):
        report(Done(faults=faults), dry_run=True, as_json=False)
    shown = capsys.readouterr()
    assert shown.err.count("time: missing") == 10
    assert "would send nothing" in shown.out


def test_as_json_it_is_whole_and_a_run_that_was_stopped_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as ended:
        report(Done(Counter(SearchServed=2), stopped=True), dry_run=False, as_json=True)
    assert ended.value.exit_code == EXIT_INTERRUPTED
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert (found["events"], found["stopped"], found["dry_run"]) == ({"SearchServed": 2}, True, False)
    assert "run it again" in shown.err
