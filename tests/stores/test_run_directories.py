from datetime import UTC, datetime
from pathlib import Path

from stores.run_directories import EVENT_FILE, directory_of, ended


def test_runs_that_ended_are_listed_and_those_at_work_are_not(tmp_path: Path) -> None:
    assert ended(tmp_path) == {}
    for run in ("run-1", "run-2"):
        directory = directory_of(tmp_path, "acme", run)
        (directory / "report").mkdir(parents=True)
        (directory / "report" / "page.md").write_text("12345")
    (directory_of(tmp_path, "acme", "run-1") / EVENT_FILE).write_text("event")
    [(tenant, runs)] = ended(tmp_path).items()
    assert (tenant, [*runs]) == ("acme", ["run-1"])
    assert runs["run-1"].bytes == 10
    assert abs((datetime.now(UTC) - runs["run-1"].at).total_seconds()) < 3_600
