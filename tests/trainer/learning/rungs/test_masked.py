import threading
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.learning.fitting import job_for
from tests.trainer.learning.rungs.stages import Stages
from trainer.learning import fit
from trainer.learning.rungs.masked import Rung


def test_words_are_guessed_before_the_contrastive_stage(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = Stages(tiny_model, tmp_path)
    before = stages.weights()
    Rung(steps=3).fit(stages)
    assert stages.contrasted == 1
    assert stages.weights() != before
    assert capsys.readouterr().out.count("guessing blanked words") == 3
    assert Rung.reads_corpus


def test_few_texts_are_read_only_so_often(tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stages = Stages(tiny_model, tmp_path)
    assert len(stages.job.texts) == stages.job.rules.batch_size
    Rung(passes=2).fit(stages)
    assert capsys.readouterr().out.count("guessing blanked words") == 2


def test_a_resumed_run_has_the_guessing_behind_it(tmp_path: Path, tiny_model: Path) -> None:
    stages = Stages(tiny_model, tmp_path, resumed=True)
    before = stages.weights()
    Rung().fit(stages)
    assert (stages.contrasted, stages.weights()) == (1, before)


@pytest.mark.slow
def test_the_fitting_process_runs_the_rung_that_the_job_names(tmp_path: Path, tiny_model: Path) -> None:
    job, progress = job_for(tmp_path, tiny_model, rung="masked", rung_rules={"steps": 2}), list[dict[str, Any]]()
    fit.run(job, tmp_path, progress.append, threading.Event(), 1)
    stages = [facts["step"] for facts in progress if facts.get("stage") == "guessing blanked words"]
    first = next(n for n, facts in enumerate(progress) if "eta_s" in facts)
    assert stages == [1, 2]
    assert all(facts.get("stage") for facts in progress[:2])
    assert (progress[2]["step"], first) == (0, 3), "what it begins with is validated, then it learns"
