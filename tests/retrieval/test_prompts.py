import json
from pathlib import Path

import pytest

from retrieval.prompts import Prompts, chosen


@pytest.mark.parametrize(
    ("prompts", "default", "expected"),
    [
        ({}, None, Prompts()),
        ({"query": "query: ", "passage": "passage: "}, None, Prompts("query: ", "passage: ")),
        ({"query": "query: ", "document": "", "corpus": "never"}, None, Prompts("query: ", "")),
        ({"query": "q: "}, "query", Prompts("q: ", "")),
        ({"query": "", "document": "", "all": "ask: "}, "all", Prompts("ask: ", "ask: ")),
        ({"all": "ask: "}, None, Prompts()),
        ({"query": None, "document": None}, None, Prompts()),
    ],
)
def test_a_prompt_is_that_of_its_side_or_else_the_default(
    prompts: dict[str, str | None], default: str | None, expected: Prompts
) -> None:
    assert chosen(prompts, default) == expected


def test_a_directory_without_configuration_has_none(tmp_path: Path) -> None:
    assert Prompts.of(tmp_path) == Prompts()
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "find: "}}))
    assert Prompts.of(tmp_path) == Prompts("find: ", "")
