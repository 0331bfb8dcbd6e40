"""The retrieval benchmark at its quick size, and its goals."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.retrieval.command import missed_goals
from bench.retrieval.languages import texts

ROOT = Path(__file__).parents[3]


def report(end: float = 1.0, share: float = 1.0, unread: int = 0) -> dict[str, Any]:
    return {
        "places": {"end_of_start": end, "unread_pieces": unread},
        "languages": {"unread_pieces": 0, **{name: {"found": share} for name in texts()}},
    }


def test_a_goal_that_is_missed_is_named() -> None:
    assert missed_goals(report()) == []
    assert missed_goals(report(end=0.89)) == ["the end of a page"]
    assert missed_goals(report(unread=1)) == ["unread word pieces"]
    assert missed_goals(report(share=0.5)) == [f"phrases in {name}" for name in texts()]


@pytest.mark.slow
def test_the_whole_benchmark_meets_its_goals_at_its_quick_size() -> None:
    command = [sys.executable, "-m", "bench", "retrieval", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, found["missed"]) == (0, []), done.stderr
    figures = found["labelled"]
    assert 0 < figures["ndcg_words"] < 1
    assert figures["ndcg_even"] > min(figures["ndcg_dense"], figures["ndcg_words"])
    assert found["places"]["queries"] == 3 * 4
