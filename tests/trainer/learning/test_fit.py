"""The fitting process for real, on a tiny encoder: it learns, stops, goes on, dies with its parent."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from sentence_transformers import SentenceTransformer

from tests.trainer.build import documents, example
from trainer.data.split import Split
from trainer.judging.encode_job import EncodeJob
from trainer.learning import child, fit
from trainer.learning.child import Cancelled, Failed
from trainer.learning.general import General
from trainer.learning.job import FitJob, FitRow, FitRules, Validation
from trainer.learning.mine import Mined

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
COLOURS = ("red", "green", "blue", "black", "white", "pink", "brown", "grey")


def job_for(desk: Path, parent: Path, steps: int = 16, **rules: Any) -> FitJob:  # noqa: ANN401  # FitRules' fields
    """Words that mean nothing to each other yet: 'one' must find 'red thing'."""
    pairs = zip(NUMBERS, COLOURS, strict=True)
    rows = tuple(FitRow(anchor=number, positive=f"{colour} thing", negative="", weight=1.0) for number, colour in pairs)
    everyone = tuple(range(len(rows)))
    return FitJob(
        parent=parent,
        output=desk / "candidate",
        rules=FitRules(batch_size=8, learning_rate=5e-3, threads=1, checkpoints=1, seed=1, **rules),
        rows=rows,
        batches=((everyone,) * steps,),
        validation=Validation(
            queries=tuple(row.anchor for row in rows),
            relevant=tuple((n,) for n in everyone),
            texts=tuple(row.positive for row in rows),
        ),
        texts=tuple(f"{c} thing that stands here" for c in COLOURS),
    )


def found(model: Path, job: FitJob) -> float:
    """Return the share of anchors whose nearest positive is their own."""
    encoder = SentenceTransformer(str(model), device="cpu")
    asked = encoder.encode([row.anchor for row in job.rows], normalize_embeddings=True)
    texts = encoder.encode([row.positive for row in job.rows], normalize_embeddings=True)
    return float(np.mean(np.argmax(asked @ texts.T, axis=1) == np.arange(len(job.rows))))


def test_it_learns_tells_and_leaves_a_whole_model(tmp_path: Path, tiny_model: Path) -> None:
    job, told = job_for(tmp_path, tiny_model, masked_language_steps=2), list[dict[str, Any]]()
    model = fit.run(job, tmp_path, told.append, threading.Event(), 1)
    assert found(model, job) > found(tiny_model, job)
    masked = [facts for facts in told if facts.get("stage") == "masked language"]
    steps = [facts for facts in told if "eta_s" in facts]
    assert [facts["step"] for facts in masked] == [1, 2]
    assert [facts["step"] for facts in steps] == list(range(1, 17))
    assert steps[-1]["total"] == 16
    assert steps[-1]["loss"] < steps[1]["loss"]
    assert [facts["validation"] for facts in told if "validation" in facts]
    assert SentenceTransformer(str(model), device="cpu").max_seq_length == 128, "the parent's limit, not the training's"
    again = list[dict[str, Any]]()
    assert fit.run(job, tmp_path, again.append, threading.Event(), 1) == model
    assert again == [], "what is done is not done again"


@pytest.mark.slow
def test_the_same_job_gives_the_same_weights(tmp_path: Path, tiny_model: Path) -> None:
    weights = []
    for name in ("one", "two"):
        desk = tmp_path / name
        desk.mkdir()
        model = fit.run(job_for(desk, tiny_model, steps=4), desk, lambda _: None, threading.Event(), 1)
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
    told = list[dict[str, Any]]()
    other = job_for(tmp_path, tiny_model, steps=3)
    fit.run(other, tmp_path, told.append, threading.Event(), 1)
    assert [facts["step"] for facts in told if "eta_s" in facts] == [1, 2, 3]


@pytest.mark.slow
def test_time_that_is_over_ends_the_run_with_a_model(tmp_path: Path, tiny_model: Path) -> None:
    job, told = job_for(tmp_path, tiny_model, steps=100_000, max_seconds=2.0), list[dict[str, Any]]()
    model = fit.run(job, tmp_path, told.append, threading.Event(), 1)
    assert (model / "model.safetensors").is_file()
    assert 1 <= told[-1]["step"] < 100_000


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
        "import sys,threading;from pathlib import Path;from trainer import child;"
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
    told = list[dict[str, Any]]()
    for line in ("hello", "[1]", '{"step": 1}', ""):
        child._tell(line, told.append)
    assert told == [{"step": 1}]


def test_encoding_is_kept_and_shared(tmp_path: Path, tiny_model: Path) -> None:
    texts = ("one text", "another longer text here", "one text")
    job = EncodeJob(models={"live": tiny_model}, texts=texts, output=tmp_path)
    path = tmp_path / "job.json"
    path.write_text(job.model_dump_json())
    child.run("trainer.judging.encode_process", path, lambda _: None, threading.Event())
    vectors = job.vectors("live")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.allclose(vectors[0], vectors[2], atol=1e-6)
    began = time.time()
    child.run("trainer.judging.encode_process", path, lambda _: None, threading.Event())
    assert job.place("live").stat().st_mtime < began, "vectors that are there are not made again"


def test_what_people_did_is_chosen_first_and_old_lessons_are_replayed() -> None:
    typed = [example(f"q{n}", f"d{n}", day=n) for n in range(100)]
    derived = [example(f"t{n}", f"d{n}", kinds=frozenset({"title_body"})) for n in range(100)]
    chosen = fit.choose([*derived, *typed], FitRules(max_examples=50, replay_share=0.4))
    days = {int(e.anchor[1:]) for e in chosen}
    assert all(e.anchor.startswith("q") for e in chosen)
    assert set(range(70, 100)) <= days
    assert len(days) == 50
    assert len(fit.choose([*derived, *typed], FitRules(max_examples=150))) == 150


def test_nothing_held_out_is_in_the_job(tmp_path: Path) -> None:
    known = documents("d1", "d2", "secret")
    lessons = [example("one", "d1"), example("two", "d2")]
    parts = Split(tuple(lessons), (), (), (), frozenset({"secret"}))
    mined = Mined((("d2",), ("d1",)), (frozenset(), frozenset()))
    texts = {name: f"passage of {name}" for name in known}
    rules = FitRules(masked_language_steps=1, general_share=0.5)
    general = [General(anchor="general", text="plain english")]
    job = fit.job(tmp_path, tmp_path, lessons, mined, parts, known, texts, general, rules)
    content = json.dumps(job.model_dump(mode="json"))
    assert "secret" not in content
    assert "plain english" in content
    assert len(job.rows) == 3
    assert sorted(n for batch in job.batches[0] for n in batch) == [0, 1, 2]


def test_extra_negatives_are_documents_that_nobody_seeks(tmp_path: Path) -> None:
    known = documents("d1", "d2", "unsought")
    lessons = [example("one", "d1"), example("two", "d2")]
    parts = Split(tuple(lessons), (), (), (), frozenset())
    mined = Mined((("d2", "unsought"), ("d1",)), (frozenset(), frozenset()))
    texts = {name: f"passage of {name}" for name in known}
    job = fit.job(tmp_path, tmp_path, lessons, mined, parts, known, texts, [], FitRules(extra_share=1.0))
    assert [row.negative for row in job.rows] == ["passage of unsought", ""]
