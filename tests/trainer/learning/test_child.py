"""Child processes: their progress, their ends, and what becomes of them when the parent goes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.trainer.learning.fitting import job_for
from trainer.learning import child, fit
from trainer.learning.child import Cancelled, Failed

_PROGRAM = """
import sys, time, signal
from pathlib import Path
from trainer.learning.child import Cancelled, report_progress, work

def job(path):
    words = path.read_text().split()
    report_progress(step=1, pid=__import__("os").getpid())
    if "fail" in words:
        raise ValueError("a reason")
    if "die" in words:
        Path("deaths").open("a").write("x")
        if len(Path("deaths").read_text()) < int(words[-1]):
            __import__("os").kill(__import__("os").getpid(), signal.SIGKILL)
    if "wait" in words:
        asked = []
        signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
        report_progress(step=2)
        while not asked:
            time.sleep(0.05)
        raise Cancelled("asked to stop")

work(job)
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Return a way to run a child that does what the words of its job say, and to get its progress."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "program_of_a_test.py").write_text(_PROGRAM)
    (tmp_path / "job").mkdir()

    def run(words: str, stop: threading.Event | None = None, attempts: int = 3) -> list[dict[str, Any]]:
        progress = list[dict[str, Any]]()
        path = tmp_path / "job" / "job.json"
        path.write_text(words)

        def note(facts: dict[str, Any]) -> None:
            progress.append(facts)
            if stop is not None and facts.get("step") == 2:
                stop.set()

        child.run("program_of_a_test", path, note, stop or threading.Event(), attempts)
        return progress

    return run


def test_a_child_reports_and_ends(start: Callable[..., list[dict[str, Any]]]) -> None:
    assert [facts["step"] for facts in start("nothing")] == [1]


def test_a_child_that_fails_is_not_started_again(start: Callable[..., list[dict[str, Any]]]) -> None:
    with pytest.raises(Failed, match="ValueError: a reason"):
        start("fail")


def test_a_killed_child_goes_on_with_a_note(start: Callable[..., list[dict[str, Any]]]) -> None:
    progress = start("die 3")
    assert [facts.get("step") for facts in progress] == [1, None, 1, None, 1]
    assert "killed by signal 9" in progress[1]["note"]


def test_a_child_that_is_killed_every_time_is_given_up(start: Callable[..., list[dict[str, Any]]]) -> None:
    with pytest.raises(Failed, match="started 2 times; give the machine more memory"):
        start("die 9", attempts=2)


def test_a_child_that_is_asked_to_stop_is_cancelled(start: Callable[..., list[dict[str, Any]]]) -> None:
    with pytest.raises(Cancelled, match="taken up again"):
        start("wait", stop=threading.Event())


@pytest.mark.slow
def test_a_killed_child_is_started_again_but_not_for_ever(tmp_path: Path, tiny_model: Path) -> None:
    job, kills = job_for(tmp_path, tiny_model, steps=40), list[int]()

    def kill_twice(facts: dict[str, Any]) -> None:
        if facts.get("step") == 3 and len(kills) < 2:
            (own,) = [c for c in psutil.Process().children() if "trainer.learning.process" in c.cmdline()]
            kills.append(own.pid)
            own.kill()

    with pytest.raises(Failed, match="started 2 times"):
        fit.run(job, tmp_path, kill_twice, threading.Event(), 2)
    assert (fit.run(job, tmp_path, kill_twice, threading.Event(), 2) / "model.safetensors").is_file()


@pytest.mark.slow
def test_a_failing_child_says_why(tmp_path: Path, tiny_model: Path) -> None:
    broken = job_for(tmp_path, tmp_path / "no such model")
    with pytest.raises(Failed, match="no such model"):
        fit.run(broken, tmp_path, lambda _: None, threading.Event(), 3)


@pytest.mark.slow
def test_a_child_dies_with_its_parent(tmp_path: Path, tiny_model: Path) -> None:
    path = tmp_path / "fit.json"
    path.write_text(job_for(tmp_path, tiny_model, steps=100_000).model_dump_json())
    code = (
        "import sys,threading;from pathlib import Path;from trainer.learning import child;"
        "child.run('trainer.learning.process', Path(sys.argv[1]), lambda f: print(f, flush=True), threading.Event())"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    parent.stdout.readline()
    (own,) = psutil.Process(parent.pid).children()
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    own.wait(timeout=40)


def test_a_library_that_prints_is_no_progress(tmp_path: Path) -> None:
    progress = list[dict[str, Any]]()
    for line in ("hello", "[1]", '{"step": 1}', ""):
        child._forward(line, progress.append)
    assert progress == [{"step": 1}]
