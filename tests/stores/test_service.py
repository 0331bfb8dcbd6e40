"""The life of a service, in processes of their own: what ends it, with which status, and what its log says."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stores.errors import Retryable
from stores.service import Life, Stopped

_HEAD = """
import sys, time
from stores.errors import Misconfigured, Refused, Retryable
from stores.service import Life, run
print("started", flush=True)
def fail(error): raise error
"""


def started(body: str) -> "subprocess.Popen[str]":
    program = f"{_HEAD}\ndef body(life):\n    {body}\nsys.exit(run(body))"
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("body", "status", "said", "traceback"),
    [
        ("return None", 0, "", False),
        ("return 71", 71, "", False),
        ("fail(Misconfigured('set it'))", 78, "CRITICAL service: set it", False),
        ("fail(Refused('the lease went'))", 75, "the lease went", False),
        ("fail(Retryable('away'))", 75, "away", False),
        ("fail(ValueError('a bug'))", 70, "a bug", True),
    ],
)
def test_what_ends_the_body_gives_the_status(body: str, status: int, said: str, traceback: bool) -> None:
    process = started(body)
    _, log = process.communicate(timeout=60)
    assert process.returncode == status, log
    assert said in log
    assert ("Traceback" in log) is traceback


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "body",
    [
        "life.connect(lambda: (print('ready', flush=True), time.sleep(60)))",
        "life.connect(lambda: (print('ready', flush=True), fail(Retryable('away'))))",
        "life.retry_while_unavailable(lambda: (print('ready', flush=True), fail(Retryable('away'))))",
        "print('ready', flush=True); life.stop.wait(60)",
    ],
)
def test_a_signal_ends_it_in_order_wherever_it_is(body: str, number: signal.Signals) -> None:
    process = started(body)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["started\n", "ready\n"]
    began = time.monotonic()
    process.send_signal(number)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert time.monotonic() - began < 20
    assert "Traceback" not in log


def test_work_is_not_cut_short_by_a_signal(tmp_path: Path) -> None:
    mark = tmp_path / "done"
    work = f"(print('ready', flush=True), time.sleep(1), open({str(mark)!r}, 'w').close())"
    process = started(f"life.retry_while_unavailable(lambda: {work})")
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["started\n", "ready\n"]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert mark.exists()


def answering_after(errors: list[Exception]) -> Callable[[], str]:
    def call() -> str:
        if errors:
            raise errors.pop(0)
        return "answer"

    return call


def test_a_call_is_repeated_while_a_store_is_away() -> None:
    life = Life(retry_s=0.0)
    assert life.retry_while_unavailable(answering_after([Retryable("1"), Retryable("2")])) == "answer"
    assert life.retry_while_unavailable(answering_after([OSError("full"), Retryable("2")]), (OSError,)) == "answer"
    with pytest.raises(OSError, match="full"):
        life.retry_while_unavailable(answering_after([OSError("full")]))


def test_waiting_ends_when_the_stop_is_asked_for() -> None:
    life = Life(retry_s=60.0)
    life.stop.set()
    with pytest.raises(Stopped):
        life.connect(answering_after([Retryable("away")]))
    assert life.connect(answering_after([])) == "answer"
    life.on_signal(signal.SIGTERM, None)  # nothing is being connected to: no `Stopped` is raised
