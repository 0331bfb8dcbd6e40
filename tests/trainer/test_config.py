from pathlib import Path

import pytest

from stores.errors import Misconfigured
from trainer import config
from trainer.config import TrainingConfig


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / config.CONFIG_FILE).write_text('{"fit": {"max_examples": 7}}')
    rules = config.load(tmp_path)
    assert rules.fit.max_examples == 7
    assert rules.model_copy(update={"fit": TrainingConfig().fit}) == TrainingConfig()
    other = tmp_path / "other.json"
    other.write_text('{"min_examples": 9}')
    assert config.load(tmp_path, other).min_examples == 9
    assert config.load(tmp_path / "nowhere") == TrainingConfig()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"fit": {"max_exmples": 7}}', "fit.max_exmples"),
        ("{", "JSON"),
        ('{"gate": {"min_queries": "many"}}', "gate.min_queries"),
    ],
)
def test_a_file_that_says_something_unknown_is_named_with_the_field(tmp_path: Path, text: str, names: str) -> None:
    (tmp_path / config.CONFIG_FILE).write_text(text)
    with pytest.raises(Misconfigured, match=names):
        config.load(tmp_path)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="--config"):
        config.load(tmp_path, tmp_path / "absent.json")


def test_every_rule_has_its_reason() -> None:
    lines = config.described().splitlines()
    assert len(lines) > 40
    assert not [line for line in lines if line.endswith((": ", "None"))]


def test_too_little_is_said_with_what_is_needed() -> None:
    rules = TrainingConfig()
    assert rules.too_little(rules.min_examples, rules.gate.min_queries) == ()
    assert "only 3 training examples; 100 are needed" in rules.too_little(3, 1000)[0]
    assert len(rules.too_little(0, 0)) == 2
