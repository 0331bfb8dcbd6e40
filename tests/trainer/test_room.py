"""Room for a run: what it needs, when it waits and when it is refused, and a disk that fills up in the middle."""

import errno
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.learning import ModelRefused
from stores import machine, training_status
from stores.errors import Misconfigured, Retryable
from stores.machine import Memory
from stores.shelf import base_model
from stores.warehouse import Warehouse
from tests.trainer.quiet import Quiet
from tests.trainer.test_service import QUICK, Make, live_through, no_fit, request
from trainer import division, room, service
from trainer.config import RoomRules
from trainer.learning import fit
from trainer.learning.child import Cancelled, Failed
from trainer.room import MIB, Shape, is_full, needed, shape_of
from trainer.service import Trainer

AT_ONCE = QUICK.model_copy(update={"room": RoomRules(wait_s=0)})
PLENTY = Memory(1 << 40, 1 << 40)
BASE = Shape(87 * MIB, 6, 384)


def test_the_estimate_of_memory_is_what_was_measured_of_the_process_that_learns() -> None:
    assert shape_of(base_model()).weights == pytest.approx(BASE.weights, rel=0.01)
    assert (shape_of(base_model()).layers, shape_of(base_model()).width) == (6, 384)
    for batch, tokens, measured in ((32, 64, 1561), (8, 64, 1096), (32, 32, 1307)):
        found = needed(BASE, 0, 0, True, batch, tokens).memory
        assert measured < found / MIB < 1.15 * measured


def test_a_model_in_half_precision_learns_at_full_and_a_strange_one_is_like_the_base_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"x" * 1000)
    assert shape_of(tmp_path) == Shape(1000, 6, 384)
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text("{}")
    said = {"hidden_size": 8, "num_hidden_layers": 2, "torch_dtype": "bfloat16"}
    (tmp_path / "config.json").write_text(json.dumps(said))
    assert shape_of(tmp_path) == Shape(2000, 2, 8)


def test_disk_is_for_checkpoints_weights_vectors_and_texts() -> None:
    assert needed(BASE, 0, 0, True, 32, 64).disk == 9 * BASE.weights
    more = needed(BASE, 1_000_000, 1_000, True, 32, 64).disk - needed(BASE, 0, 0, True, 32, 64).disk
    assert more == 6 * 1_000_000 * 384 * 4 + 4_000
    judged = needed(BASE, 1_000, 0, False, 32, 64)
    assert judged.disk < needed(BASE, 1_000, 0, True, 32, 64).disk / 3
    assert judged.memory < needed(BASE, 1_000, 0, True, 32, 64).memory / 2


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "quota"), True),
        (Failed("status 1: OSError: [Errno 28] No space left on device: 'checkpoint-9'"), True),
        (FileNotFoundError(errno.ENOENT, "no such file"), False),
        (ValueError("a bug"), False),
    ],
)
def test_a_full_disk_is_told_from_other_errors(tmp_path: Path, error: Exception, full: bool) -> None:
    assert is_full(error, tmp_path) is full
    wrapped = Misconfigured("the model shelf cannot be written")
    wrapped.__cause__ = error
    assert is_full(wrapped, tmp_path) is (full and not isinstance(error, Failed))


def test_what_fails_while_nothing_is_free_failed_for_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_disk", lambda path: 3 * MIB)
    assert is_full(RuntimeError("PytorchStreamWriter failed writing file"), tmp_path)


def short_of(monkeypatch: pytest.MonkeyPatch, disk: int = 1 << 40, memory: Memory = PLENTY) -> None:
    monkeypatch.setattr(machine, "free_disk", lambda path: disk)
    monkeypatch.setattr(machine, "memory", lambda: memory)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"disk": 520 * MIB}, "of disk are needed"),
        ({"memory": Memory(600 * MIB, 1 << 40)}, "of memory are needed"),
    ],
)
def test_a_run_without_room_waits_says_for_what_and_has_changed_nothing(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch, lacking: Any, said: str,  # noqa: ANN401
) -> None:  # fmt: skip
    live_through(warehouse, tenant)
    context, sent = make_context(AT_ONCE), list[Event]()
    monkeypatch.setattr(division.Division, "remember", no_fit)
    short_of(monkeypatch, **lacking)
    with pytest.raises(Retryable, match=said):
        Trainer(context, sent.append, Quiet()).handle(request(tenant))
    stage = training_status.read(context.redis, tenant)["stage"]
    assert said in stage
    assert "MiB are free" in stage or "MiB are available" in stage
    assert sent == []

    short_of(monkeypatch)
    monkeypatch.setattr(service, "_synthetic", lambda *_: (_ for _ in ()).throw(Cancelled("it went on")))
    with pytest.raises(Cancelled, match="it went on"):
        Trainer(context, sent.append, Quiet()).handle(request(tenant))


@pytest.mark.thorough
def test_a_run_that_waits_ends_with_the_process_and_goes_on_once_there_is_room(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    config = QUICK.model_copy(update={"room": RoomRules(wait_s=600)})
    context, sent, looks = replace(make_context(config), stop=threading.Event()), list[Event](), [0]

    def free(path: Path) -> int:
        looks[0] += 1
        return 1 << 40 if looks[0] > 2 else 0

    monkeypatch.setattr(room, "_LOOK_S", 0.05)
    short_of(monkeypatch)
    monkeypatch.setattr(machine, "free_disk", free)
    monkeypatch.setattr(service, "_synthetic", lambda *_: (_ for _ in ()).throw(Cancelled("it went on")))
    with pytest.raises(Cancelled, match="it went on"):
        Trainer(context, sent.append, Quiet()).handle(request(tenant))
    assert looks[0] == 3

    short_of(monkeypatch, disk=0)
    threading.Timer(0.5, context.stop.set).start()
    with pytest.raises(Cancelled, match="asked to stop"):
        Trainer(context, sent.append, Quiet()).handle(request(tenant))
    assert sent == []


@pytest.mark.thorough
def test_memory_that_no_wait_can_bring_refuses_the_run(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    short_of(monkeypatch, memory=Memory(400 * MIB, 500 * MIB))
    sent: list[Event] = []
    Trainer(make_context(QUICK), sent.append, Quiet()).handle(request(tenant))
    (event,) = sent
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "the trainer can have 500 MiB at most" in event.reasons[0]
    assert "training.fit.batch_size" in event.reasons[0]


@pytest.mark.long
@pytest.mark.thorough
def test_a_disk_that_fills_up_is_waited_for_and_the_same_run_goes_on(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    context, sent = make_context(QUICK), list[Event]()
    jobs: list[str] = []

    def full(job: Any, *_: object) -> Path:  # noqa: ANN401  # the job
        jobs.append(job.fingerprint())
        if len(jobs) == 1:
            raise Failed("trainer.learning.process failed with status 1: OSError: [Errno 28] No space left on device")
        raise ValueError("another error, which ends the run")

    monkeypatch.setattr(fit, "run", full)
    with pytest.raises(Retryable, match="the disk is full"):
        Trainer(context, sent.append, Quiet()).handle(request(tenant))
    assert "the disk is full" in training_status.read(context.redis, tenant)["stage"]
    assert sent == []
    Trainer(context, sent.append, Quiet()).handle(request(tenant))
    assert jobs[0] == jobs[1], "the very same job, from its checkpoint"
    (event,) = sent
    assert isinstance(event, ModelRefused)
    assert (event.run, event.verdict) == ("run-1", "ERROR")
    assert "another error" in event.reasons[0]
