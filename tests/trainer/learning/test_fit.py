import threading
from pathlib import Path

import pytest

from tests.trainer.learning.fitting import job_for
from trainer.learning import child, fit
from trainer.learning.child import Cancelled


def test_what_is_done_is_not_done_again_and_another_job_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = list[str]()

    def learn(module: str, path: Path, *_: object) -> None:
        (tmp_path / "checkpoints").mkdir()
        ran.append(path.read_text())

    monkeypatch.setattr(child, "run", learn)
    for steps in (3, 3, 4):
        job = job_for(tmp_path, tmp_path, steps=steps)
        assert fit.run(job, tmp_path, lambda _: None, threading.Event(), 1) == job.output
        assert not (tmp_path / "checkpoints").exists(), "of no use once the run is done"
    assert ran == [job_for(tmp_path, tmp_path, steps=steps).model_dump_json() for steps in (3, 4)]


def test_what_was_cancelled_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = list[str]()

    def stopped(module: str, *_: object) -> None:
        ran.append(module)
        raise Cancelled("asked to stop")

    monkeypatch.setattr(child, "run", stopped)
    for _ in range(2):
        with pytest.raises(Cancelled):
            fit.run(job_for(tmp_path, tmp_path), tmp_path, lambda _: None, threading.Event(), 1)
    assert len(ran) == 2
