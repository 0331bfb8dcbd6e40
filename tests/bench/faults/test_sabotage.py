"""Wrong implementations: each is put into its service, which then runs as it does without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.faults import sabotage
from stores.exit_codes import EXIT_MISCONFIGURED

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.parametrize(("service", "name"), [("streams", "ack-first"), ("indexer", "re-add")])
def test_a_service_with_a_replaced_step_runs_as_it_is_started(service: str, name: str, tmp_path: Path) -> None:
    """In a home without a stack, because a service then says so and ends."""
    bare = {variable: value for variable, value in os.environ.items() if not variable.startswith("TIDEWHEEL_")}
    bare["TIDEWHEEL_HOME"] = str(tmp_path)
    command = [sys.executable, "-m", "bench.faults.sabotage", service, name]
    ended = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == EXIT_MISCONFIGURED, ended.stderr
    assert "the stack is not up" in ended.stderr


def test_a_step_is_replaced_in_its_own_service_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    run, replaced = list[str](), list[str]()
    monkeypatch.setattr(sabotage, "run_module", lambda service, **_: run.append(service))
    monkeypatch.setitem(sabotage.IN_SERVICES, "re-add", ("indexer", lambda: replaced.append("re-add")))
    for service, name in (("streams", "re-add"), ("indexer", "row-copy"), ("indexer", "re-add")):
        before = len(replaced)
        sabotage.main(service, name)
        assert len(replaced) - before == (service == "indexer" and name == "re-add")
    assert run == ["streams", "indexer", "indexer"]
