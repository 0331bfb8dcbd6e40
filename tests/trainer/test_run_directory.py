import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stores.errors import Retryable
from trainer.run_directory import RunDirectory, locks_of

_WORKER = """
import signal, sys, threading
from pathlib import Path
from trainer.learning import child
from trainer.run_directory import RunDirectory

if len(sys.argv) == 2 or sys.argv[-1] == "--dies-with-parent":  # the child, which hears nothing
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child.report_progress(step=1)
    signal.pause()
directory = RunDirectory(Path(sys.argv[1]), "acme", "run-1")
job = directory.path / "job.json"
job.write_text("")
with directory.alone():
    child.run("worker_of_a_test", job, lambda facts: print("at work", flush=True), threading.Event())
"""
"""Works in a run's directory with a child of its own, both until they are killed."""


def test_a_run_has_a_directory_of_its_own(tmp_path: Path) -> None:
    one, other = (RunDirectory(tmp_path, tenant, "run-1") for tenant in ("acme", "other"))
    assert one.path == tmp_path / "training" / "acme" / "run-1"
    assert one.path.is_dir()
    assert one.path != other.path
    assert RunDirectory(tmp_path, "acme", "run-1").path == one.path, "a restart finds it"
    assert {one.snapshot.parent, one.candidate.parent, one.report.parent} == {one.path}


def test_the_event_is_kept_until_it_is_asked_for_again(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path, "acme", "run-1")
    assert directory.kept_event() is None
    directory.keep_event("first")
    directory.keep_event("the event")
    assert RunDirectory(tmp_path, "acme", "run-1").kept_event() == "the event"


def test_texts_and_weights_go_and_the_report_stays(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path, "acme", "run-1")
    directory.keep_event("the event")
    directory.snapshot.write_text("texts")
    for made in (directory.candidate, directory.report):
        made.mkdir()
        (made / "file").touch()
    directory.clear()
    assert {path.name for path in directory.path.iterdir()} == {"report", "event.json"}
    assert (directory.report / "file").is_file()


def test_a_run_goes_on_by_the_rules_that_it_began_by(tmp_path: Path) -> None:
    assert RunDirectory(tmp_path, "acme", "run-1").begun_by("rules")
    assert RunDirectory(tmp_path, "acme", "run-1").begun_by("rules"), "a restart"
    assert not RunDirectory(tmp_path, "acme", "run-1").begun_by("other rules")
    assert RunDirectory(tmp_path, "acme", "run-2").begun_by("other rules")


def test_one_works_in_a_directory_at_a_time_and_other_runs_go_on(tmp_path: Path) -> None:
    first, again, other = (RunDirectory(tmp_path, "acme", run) for run in ("run-1", "run-1", "run-2"))
    with first.alone():
        with pytest.raises(Retryable, match="still works in"), again.alone():
            pytest.fail("two at once")
        with other.alone():
            assert len(locks_of(first.path)) == len(locks_of(other.path)) == 1
        assert len(locks_of(first.path)) == 1, "who did not get it takes it from nobody"
    assert locks_of(first.path) == ()
    with again.alone():
        again.clear()
        assert list(again.path.iterdir()) == [], "no lock stays behind"
    with first.alone():
        pass


def test_a_process_that_stands_still_has_its_directory_and_so_has_the_child_of_one_that_was_killed(
    tmp_path: Path,
) -> None:
    (tmp_path / "worker_of_a_test.py").write_text(_WORKER)
    worker = subprocess.Popen(
        [sys.executable, "-m", "worker_of_a_test", str(tmp_path), "parent"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline() == "at work\n"
    (learner,) = psutil.Process(worker.pid).children()
    directory = RunDirectory(tmp_path, "acme", "run-1")
    try:
        for event in (signal.SIGSTOP, signal.SIGKILL):
            worker.send_signal(event)
            if event == signal.SIGKILL:
                worker.wait()
            assert learner.is_running()
            with pytest.raises(Retryable, match="still works in"), directory.alone():
                pytest.fail("two learners in one directory")
    finally:
        learner.kill()
        worker.kill()
        worker.stdout.close()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with directory.alone():
                return
        except Retryable:
            time.sleep(0.05)
    pytest.fail("nobody is there any more")
