"""The rules of a packet have names that change with them, and the words of its tolerance are the README's."""

import re
from pathlib import Path

import pytest

from indexer import rules
from indexer.verify import VerifyConfig

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_tolerance_is_said_in_the_words_of_the_readme() -> None:
    plain = re.sub(r"\s+", " ", README.replace("\n> ", " "))
    assert rules.tolerated(VerifyConfig()) in plain
    assert "up to 35 % of them within 12 hours" in rules.tolerated(VerifyConfig(changed_share=0.35, holds_s=12 * 3600))


@pytest.mark.parametrize(("name", "value"), [("RRF_K", 61), ("AUTHORITY_WEIGHT", 0.06), ("K1", 1.5)])
def test_another_constant_of_ranking_is_another_fusion(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    before = rules.fusion()
    monkeypatch.setattr(rules, name, value)
    assert rules.fusion() != before
