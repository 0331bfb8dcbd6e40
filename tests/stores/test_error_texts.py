import ast
from pathlib import Path

import pytest

from stores.error_texts import NEXT_STEP, suggestion, unanswered
from stores.errors import Retryable

ROOT = Path(__file__).parents[2]


def test_a_store_that_is_away_is_named_with_the_next_step_and_the_drivers_words() -> None:
    error = unanswered("Redis", OSError("refused"))
    assert isinstance(error, Retryable)
    assert str(error) == f"Redis did not answer: {NEXT_STEP} (refused)"
    assert "tidewheel up" in NEXT_STEP


@pytest.mark.parametrize(
    ("name", "said"),
    [("gap", "the nearest known name is 'gap_s'"), ("zzz", "known are gap_s, share")],
)
def test_the_nearest_known_name_is_suggested(name: str, said: str) -> None:
    assert suggestion(name, ["share", "gap_s"]) == said


def test_the_next_step_stands_once() -> None:
    holders = [
        path.name
        for path in (ROOT / "stores").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and "is the stack up?" in str(node.value)
    ]
    assert holders == ["error_texts.py"]
