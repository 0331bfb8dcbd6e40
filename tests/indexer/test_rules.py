"""The rules of a packet have names that change with them, and the words of its tolerance are the README's."""

import re
from pathlib import Path

import pytest

from indexer import rules
from indexer.proof.verify import VerifyConfig
from schemas.fusion import EVEN, Fusion

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_tolerance_is_said_in_the_words_of_the_readme() -> None:
    plain = re.sub(r"\s+", " ", README.replace("\n> ", " "))
    assert rules.tolerated(VerifyConfig()) in plain
    assert "up to 35 % of them within 12 hours" in rules.tolerated(VerifyConfig(changed_share=0.35, holds_s=12 * 3600))


@pytest.mark.parametrize(("name", "value"), [("AUTHORITY_WEIGHT", 0.06), ("K1", 1.5)])
def test_another_constant_of_ranking_is_another_fusion(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    before = rules.fusion(EVEN)
    monkeypatch.setattr(rules, name, value)
    assert rules.fusion(EVEN) != before


def test_other_weights_are_another_fusion_and_are_named() -> None:
    names = {rules.fusion(fusion) for fusion in (EVEN, Fusion(dense=0.7), Fusion(k=61))}
    assert len(names) == 3
    assert "dense (weight 0.7)" in rules.fusion(Fusion(dense=0.7))
    assert "(weight 0.3), k 60;" in rules.fusion(Fusion(dense=0.7))
