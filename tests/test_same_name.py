"""A module that holds a rule has a test of its name, so that a reader of one finds the other."""

from pathlib import Path

import pytest

from tests.same_name import holds_a_rule, untested
from tests.test_house import PACKAGES, ROOT, SDK

ELSEWHERE = {
    "bench": "a benchmark is run, and its figures are what is looked at; what it shares is tested",
    "demo": "the demo is run as a whole and checks itself; what it invents is tested",
}
"""Packages whose modules need no test of their name."""

MIRRORED = sorted(set(PACKAGES) - set(ELSEWHERE))


@pytest.mark.parametrize("package", MIRRORED)
def test_every_module_with_a_rule_has_a_test_of_its_name(package: str) -> None:
    assert untested(ROOT, [package]) == []


def test_every_module_of_the_sdk_with_a_rule_has_one_too() -> None:
    assert untested(SDK, ["tidewheel_sdk"], ROOT / "tests") == []


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("def rule(x):\n    return x\n", True),
        ("async def rule(x):\n    return x\n", True),
        ("class Rule:\n    def apply(self):\n        return 1\n", True),
        ("class Rules(BaseModel):\n    a: int\n    def total(self):\n        return self.a\n", True),
        ("def _own(x):\n    return x\n", False),
        ("LIMIT = 3\n", False),
        ("class Rules(BaseModel):\n    a: int = 3\n", False),
        ('class Sends(Protocol):\n    def send(self):\n        """Send."""\n        ...\n', False),
        ('class Wrong(Exception):\n    """Something."""\n', False),
        ("class Kept:\n    def __init__(self, a):\n        self.a = a\n", False),
        ("class Port:\n    def send(self):\n        raise NotImplementedError\n", False),
    ],
)
def test_what_holds_a_rule(text: str, holds: bool) -> None:
    assert holds_a_rule(text) is holds


def test_a_module_without_its_test_is_named(tmp_path: Path) -> None:
    for name in ("indexer/deep/__init__.py", "indexer/deep/alone.py", "indexer/deep/tested.py", "indexer/__main__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def rule():\n    return 1\n")
    (tmp_path / "tests" / "indexer" / "deep").mkdir(parents=True)
    (tmp_path / "tests" / "indexer" / "deep" / "test_tested.py").touch()
    (tmp_path / "tests" / "indexer" / "test_alone.py").touch()
    assert untested(tmp_path, ["indexer"]) == ["indexer/deep/alone.py"]
