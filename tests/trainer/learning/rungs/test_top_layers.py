from pathlib import Path

import pytest

from stores.errors import Refused
from tests.trainer.learning.rungs.stages import Stages
from trainer.learning.rungs.top_layers import Rung


def test_only_the_last_layers_learn(tmp_path: Path, tiny_model: Path) -> None:
    stages = Stages(tiny_model, tmp_path)
    names = [name for name, _ in stages.model.named_parameters()]
    count = 1 + max(int(name.partition(".layer.")[2].partition(".")[0]) for name in names if ".layer." in name)
    Rung(layers=1).fit(stages)
    learning = {name for name, one in stages.model.named_parameters() if one.requires_grad}
    assert learning
    assert all(f".layer.{count - 1}." in name for name in learning)
    assert any(f".layer.{count - 1}.attention" in name for name in learning)
    assert stages.contrasted == 1


def test_a_model_of_fewer_layers_is_refused_in_words(tmp_path: Path, tiny_model: Path) -> None:
    stages = Stages(tiny_model, tmp_path)
    with pytest.raises(Refused, match="layers, and 99 should learn; take the rung 'full'"):
        Rung(layers=99).fit(stages)
    assert stages.contrasted == 0
