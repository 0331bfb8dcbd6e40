from pathlib import Path

from tests.trainer.learning.rungs.stages import Stages
from trainer.learning.rungs.full import Rung


def test_it_is_the_contrastive_stage_and_nothing_else(tmp_path: Path, tiny_model: Path) -> None:
    stages = Stages(tiny_model, tmp_path)
    before = stages.weights()
    Rung().fit(stages)
    assert stages.contrasted == 1
    assert stages.weights() == before
    assert not Rung.reads_corpus
