"""The fitting process for real, on a tiny encoder: it learns, stops, and goes on."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sentence_transformers import SentenceTransformer

from tests.trainer.learning.fitting import found, job_for
from trainer.learning import fit, process
from trainer.learning.child import Cancelled


@pytest.mark.long
def test_it_learns_reports_and_leaves_a_whole_model(tmp_path: Path, tiny_model: Path) -> None:
    job, progress = job_for(tmp_path, tiny_model), list[dict[str, Any]]()
    model = fit.run(job, tmp_path, progress.append, threading.Event(), 1)
    assert found(model, job) > found(tiny_model, job)
    steps = [facts for facts in progress if "eta_s" in facts]
    assert [facts["step"] for facts in steps] == list(range(1, 17))
    assert steps[-1]["total"] == 16
    assert steps[-1]["loss"] < steps[1]["loss"]
    assert [facts["validation"] for facts in progress if "validation" in facts]
    assert SentenceTransformer(str(model), device="cpu").max_seq_length == 128, "the parent's limit, not the training's"


@pytest.mark.slow
def test_a_model_of_half_precision_learns(tmp_path: Path, tiny_model: Path) -> None:
    """Catches weights that are no numbers any more after the first step: such a model finds nothing at all."""
    parent = tmp_path / "half"
    SentenceTransformer(str(tiny_model), device="cpu").half().save_pretrained(str(parent), create_model_card=False)
    directory = tmp_path / "run"
    directory.mkdir()
    job = job_for(directory, parent)
    model = fit.run(job, directory, lambda _: None, threading.Event(), 1)
    assert found(model, job) > found(tiny_model, job)


@pytest.mark.slow
def test_the_same_job_gives_the_same_weights(tmp_path: Path, tiny_model: Path) -> None:
    weights = []
    for name in ("one", "two"):
        directory = tmp_path / name
        directory.mkdir()
        model = fit.run(job_for(directory, tiny_model, steps=4), directory, lambda _: None, threading.Event(), 1)
        weights.append((model / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]


@pytest.mark.slow
def test_a_cancelled_run_goes_on_from_its_checkpoint(tmp_path: Path, tiny_model: Path) -> None:
    job, stop = job_for(tmp_path, tiny_model, steps=300), threading.Event()
    first = list[int]()

    def cancel_soon(facts: dict[str, Any]) -> None:
        first.append(facts["step"])
        if len(first) == 5:
            stop.set()

    with pytest.raises(Cancelled):
        fit.run(job, tmp_path, cancel_soon, stop, 1)
    assert first[-1] < 300
    rest = list[dict[str, Any]]()
    fit.run(job, tmp_path, rest.append, threading.Event(), 1)
    taken_up = [facts["step"] for facts in rest if "eta_s" in facts]
    assert taken_up[0] > 3, "it must not begin anew"
    assert taken_up[0] <= first[-1] + 1
    assert taken_up[-1] == 300


@pytest.mark.slow
def test_another_job_does_not_take_up_a_foreign_checkpoint(tmp_path: Path, tiny_model: Path) -> None:
    stop = threading.Event()
    with pytest.raises(Cancelled):
        fit.run(job_for(tmp_path, tiny_model, steps=300), tmp_path, lambda _: stop.set(), stop, 1)
    progress = list[dict[str, Any]]()
    other = job_for(tmp_path, tiny_model, steps=3)
    fit.run(other, tmp_path, progress.append, threading.Event(), 1)
    assert [facts["step"] for facts in progress if "eta_s" in facts] == [1, 2, 3]


@pytest.mark.slow
def test_time_that_is_over_ends_the_run_with_a_model(tmp_path: Path, tiny_model: Path) -> None:
    job, progress = job_for(tmp_path, tiny_model, steps=100_000, max_seconds=2.0), list[dict[str, Any]]()
    model = fit.run(job, tmp_path, progress.append, threading.Event(), 1)
    assert (model / "model.safetensors").is_file()
    assert 1 <= progress[-1]["step"] < 100_000


def test_a_checkpoint_is_taken_up_by_the_job_that_left_it_when_it_is_whole(tmp_path: Path, tiny_model: Path) -> None:
    job, other, path = job_for(tmp_path, tiny_model), job_for(tmp_path, tiny_model, steps=3), tmp_path / "fit.json"

    def left() -> None:
        for step, whole in ((4, True), (12, True), (16, False)):
            state = tmp_path / "checkpoints" / f"checkpoint-{step}"
            state.mkdir(parents=True)
            if whole:
                (state / "trainer_state.json").touch()

    left()
    assert process._checkpoint(path, job) is None, "nobody knows whose these are"
    left()
    assert process._checkpoint(path, job) == str(tmp_path / "checkpoints" / "checkpoint-12")
    assert process._checkpoint(path, other) is None
    assert process._checkpoint(path, other) is None, "nor when it was killed before it left one of its own"
