import subprocess
import sys
import time

import pytest

from bench.trainer.arms import Learned


def test_speed_is_of_steps_alone_and_memory_of_the_child_that_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    large = "print(len(bytearray(100 << 20)), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", large], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        now = iter([10.0, 12.0, 14.0])
        monkeypatch.setattr(time, "monotonic", lambda: next(now))
        learned = Learned()
        for facts in ({"step": 1}, {"step": 2, "validation": 0.5}, {"step": 2}, {"step": 3}):
            learned(facts)
        child.communicate("\n")
    line = learned.line(32)
    assert (line["pairs_per_s"], line["train_s"]) == (16.0, 4.0)
    assert 100 < line["rss_mib"] < 300


def test_one_step_has_no_speed() -> None:
    learned = Learned()
    learned({"step": 1})
    assert "pairs_per_s" not in learned.line(32)
