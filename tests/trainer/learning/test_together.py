"""Two real processes learn one model, started as a training run starts them."""

import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from sentence_transformers import SentenceTransformer

from tests.trainer.learning.fitting import found, job_for
from trainer.learning import fit, together
from trainer.learning.child import Cancelled
from trainer.learning.job import FitJob


def learned(job: FitJob, directory: Path, lines: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    directory.mkdir(parents=True, exist_ok=True)
    made = fit.run(job, directory, lines.append, threading.Event(), attempts=1)
    return dict(SentenceTransformer(str(made), device="cpu").state_dict())


def jobs(directory: Path, parent: Path, steps: int = 6) -> tuple[FitJob, FitJob]:
    """Return a job whose every batch stands twice, for two processes, and one where it stands once, for one."""
    one, two = (0, 1, 2, 3), (4, 5, 6, 7)
    plan = ((one, two) * steps)[:steps]
    alone = job_for(directory / "alone", parent).model_copy(update={"batches": (plan,)})
    twice = tuple(batch for batch in plan for _ in range(2))
    rules = alone.rules.model_copy(update={"processes": 2})
    output = directory / "together" / "candidate"
    return alone.model_copy(update={"batches": (twice,), "rules": rules, "output": output}), alone


def test_alone_nothing_is_exchanged() -> None:
    assert (together.size(), together.rank(), together.agreed(2.5)) == (1, 0, 2.5)
    assert together.any_of(True)
    assert not together.any_of(False)
    together.wait()


@pytest.mark.thorough
def test_two_processes_with_the_same_batches_learn_what_one_learns(tmp_path: Path, tiny_model: Path) -> None:
    (both, alone), lines = jobs(tmp_path, tiny_model), list[dict[str, Any]]()
    shared, single = learned(both, tmp_path / "together", lines), learned(alone, tmp_path / "alone", [])
    before = SentenceTransformer(str(tiny_model), device="cpu").state_dict()
    moved = max(float((single[name] - before[name]).abs().max()) for name in before)
    apart = max(float((single[name] - shared[name]).abs().max()) for name in before)
    assert moved > 1e-3, "it learned"
    assert apart < moved / 20
    steps = [line["step"] for line in lines if "loss" in line]
    assert steps == list(range(1, 7)), "one of them reports, and the two take two batches a step"


@pytest.mark.thorough
def test_each_takes_batches_of_its_own(tmp_path: Path, tiny_model: Path) -> None:
    job = job_for(tmp_path, tiny_model)
    rules = job.rules.model_copy(update={"processes": 2})
    halves = ((0, 1, 2, 3), (4, 5, 6, 7)) * 16
    learned(job.model_copy(update={"rules": rules, "batches": (halves,)}), tmp_path, [])
    assert found(job.output, job) > found(tiny_model, job), "rows that only one of the two saw are learned, too"


@pytest.mark.thorough
def test_a_request_to_stop_ends_both_and_they_go_on_from_their_checkpoint(tmp_path: Path, tiny_model: Path) -> None:
    both, _ = jobs(tmp_path, tiny_model, steps=150)
    directory, stop, lines = tmp_path / "together", threading.Event(), list[dict[str, Any]]()
    directory.mkdir()

    def seen(line: dict[str, Any]) -> None:
        lines.append(line)
        if line.get("step") == 5:
            stop.set()

    with pytest.raises(Cancelled):
        fit.run(both, directory, seen, stop, attempts=1)
    reached = max(line["step"] for line in lines if "step" in line)
    assert reached < 150
    again = list[dict[str, Any]]()
    fit.run(both, directory, again.append, threading.Event(), attempts=1)
    steps = [line["step"] for line in again if "loss" in line]
    assert steps[0] == reached + 1
    assert steps[-1] == 150
