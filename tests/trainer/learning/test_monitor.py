import json
from pathlib import Path

import pytest
from sentence_transformers import SentenceTransformer
from transformers import TrainerControl, TrainerState

from tests.trainer.learning.fitting import job_for
from trainer.learning import monitor
from trainer.learning.job import Validation
from trainer.learning.monitor import Monitor, validate


@pytest.fixture
def model(tiny_model: Path) -> SentenceTransformer:
    return SentenceTransformer(str(tiny_model), device="cpu")


def test_validation_is_the_mean_reciprocal_rank_of_the_sought_texts(model: SentenceTransformer) -> None:
    texts = ("red thing", "blue thing", "green thing")
    asked = Validation(queries=texts[:2], relevant=((0,), (1,)), texts=texts)
    assert validate(model, asked) == 1.0
    model.train()
    assert validate(model, asked.model_copy(update={"relevant": ((0,), ())})) == 0.5
    assert model.training, "as it was before"
    assert validate(model, Validation(queries=(), relevant=(), texts=texts)) == 0.0


def stepped(watch: Monitor, step: int, last: int = 16) -> TrainerControl:
    control = TrainerControl()
    state = TrainerState(global_step=step, max_steps=last, is_world_process_zero=True)
    watch.on_step_end(None, state, control)
    return control


def watched(directory: Path, parent: Path, model: SentenceTransformer, **rules: float) -> Monitor:
    job = job_for(directory, parent)
    return Monitor(job.model_copy(update={"rules": job.rules.model_copy(update=rules)}), model)


def test_a_step_is_reported_with_loss_and_time_left(
    tmp_path: Path, tiny_model: Path, model: SentenceTransformer, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = watched(tmp_path, tiny_model, model)
    watch.on_train_begin(None, TrainerState(global_step=0), TrainerControl())
    watch.on_log(None, TrainerState(), TrainerControl(), {"loss": 0.12345})
    control = stepped(watch, 1)
    before, facts = map(json.loads, capsys.readouterr().out.splitlines())
    assert before == {"step": 0, "validation": round(validate(model, job_for(tmp_path, tiny_model).validation), 4)}
    assert (facts["step"], facts["total"], facts["loss"]) == (1, 16, 0.1235)
    assert facts["eta_s"] >= 0
    assert (control.should_save, control.should_training_stop) == (False, False)


def test_the_best_weights_are_kept_with_the_parents_limit(
    tmp_path: Path, tiny_model: Path, model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watched(tmp_path, tiny_model, model)
    kept = tmp_path / "candidate" / "model.safetensors"
    for score, newer in ((0.5, True), (0.4, False), (0.5, True)):
        monkeypatch.setattr(monitor, "validate", lambda *_, score=score: score)
        kept.unlink(missing_ok=True)
        watch.keep_best(1)
        assert kept.is_file() is newer
    assert model.max_seq_length == 64
    assert SentenceTransformer(str(tmp_path / "candidate"), device="cpu").max_seq_length == 128


def test_it_saves_on_the_way_and_stops_in_time_or_when_asked(
    tmp_path: Path, tiny_model: Path, model: SentenceTransformer
) -> None:
    watch = watched(tmp_path, tiny_model, model, checkpoints=2)
    watch.on_train_begin(None, TrainerState(global_step=0), TrainerControl())
    assert stepped(watch, 8).should_save
    assert not stepped(watch, 9).should_save
    assert not stepped(watch, 16).should_save, "the result itself is there by then"
    watch.cancelled = True
    asked = stepped(watch, 3)
    assert asked.should_save
    assert asked.should_training_stop
    late = watched(tmp_path, tiny_model, model, max_seconds=0.0)
    assert stepped(late, 3).should_training_stop


def test_weights_that_learning_makes_worse_are_not_kept(
    tmp_path: Path, tiny_model: Path, model: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, output = watched(tmp_path, tiny_model, model, checkpoints=1), job_for(tmp_path, tiny_model).output
    before = {name: value.clone() for name, value in model.state_dict().items()}
    scores = iter([0.5, 0.4])
    monkeypatch.setattr(monitor, "validate", lambda *_: next(scores))
    watch.on_train_begin(None, TrainerState(global_step=0, is_world_process_zero=True), TrainerControl())
    for value in model.parameters():
        value.data += 1.0
    stepped(watch, 16)
    kept = SentenceTransformer(str(output), device="cpu").state_dict()
    assert all(kept[name].equal(before[name]) for name in before)


def test_the_last_weights_are_kept_where_the_steps_end_before_their_number(
    tmp_path: Path, tiny_model: Path, model: SentenceTransformer
) -> None:
    watch, output = watched(tmp_path, tiny_model, model, checkpoints=1), job_for(tmp_path, tiny_model).output
    watch.on_train_begin(None, TrainerState(global_step=1), TrainerControl())
    stepped(watch, 15)
    assert not output.exists()
    ended = TrainerState(global_step=15, max_steps=16, is_world_process_zero=True)
    watch.on_train_end(None, ended, TrainerControl())
    assert (output / "tokenizer.json").is_file()
    asked = watched(tmp_path / "other", tiny_model, model, checkpoints=1)
    asked.cancelled = True
    asked.on_train_end(None, ended, TrainerControl())
    assert not job_for(tmp_path / "other", tiny_model).output.exists()
