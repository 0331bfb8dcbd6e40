"""`tidewheel replay` compares policies, and says what is wrong with one before anything is judged."""

import json
from pathlib import Path

import pytest

from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.streams.drift.days import days, record
from tests.streams.drift.history_rows import Log
from tests.streams.lives import Streams

SPAN = ("--from", "2025-03-01", "--to", "2025-03-12")


@pytest.fixture(autouse=True)
def own_database(tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(stack, town.warehouse.database, monkeypatch)


@pytest.mark.thorough
def test_policies_are_compared_with_the_current_rules(
    tidewheel: CommandLine, town: Streams, tenant: str, tmp_path: Path
) -> None:
    record(Log(town.warehouse, tenant), days(0, 3) + days(3, 6, shift=0.8))
    eager = tmp_path / "eager.toml"
    eager.write_text("[drift]\nreference_windows = 2\nwindow_cases = 100\npermutations = 599\n")
    found = tidewheel("replay", "--tenant", tenant, *SPAN, "--policy", str(eager), "--onset", "2025-03-06", "--json")
    current, changed = json.loads(found.out)
    assert (current["policy"], current["windows"], current["requests"]) == ("current rules", 0, 0)
    assert current["rules"] != changed["rules"]
    assert (changed["policy"], changed["windows"]) == (str(eager), 4)
    assert (changed["requests"], changed["before_onset"]) == (1, 0)
    assert 0 < changed["delay_days"] <= 3
    assert "query_drift" in changed["asked"][0]["reason"]


def test_a_wrong_policy_or_span_is_named(tidewheel: CommandLine, tenant: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[drift]\nwindow_s = 1\n")
    ended = tidewheel("replay", "--tenant", tenant, *SPAN, "--policy", str(wrong))
    assert (ended.code, "wrong.toml: drift.window_s is 1" in ended.err) == (2, True)
    ended = tidewheel("replay", "--tenant", tenant, "--from", "2025-03-12", "--to", "2025-03-12")
    assert (ended.code, "later than --from" in ended.err) == (2, True)
