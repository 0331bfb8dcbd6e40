import tomllib
from typing import Any

from pydantic import BaseModel, Field

from stores.rules_file import template, toml_of


class Part(BaseModel):
    """Some rules."""

    gap_s: int = Field(default=3, description="seconds, " + "with a long reason " * 8)
    words: frozenset[str] = Field(default=frozenset({"b", 'a"'}), description="words")


class Whole(BaseModel):
    """All rules."""

    first: Part = Part()
    share: float = Field(default=1e-05, description="share")
    second: Part = Part()
    strengths: dict[str, float] = Field(default={"+1": 1.0, "\N{THUMBS UP SIGN}": 0.5}, description="strengths")


WHOLE = {"part": {"words": ['a"', "b"], "gap_s": 3}}


def test_the_template_says_nothing_until_a_rule_is_uncommented() -> None:
    text = template({"streams": Whole(), "drift": Part()})
    assert tomllib.loads(text) == {"streams": {"first": {}, "second": {}}, "drift": {}}
    uncommented = "\n".join(
        line[1:] if line[:1] == "#" and line[1:2] not in (" ", "") else line for line in text.splitlines()
    )
    assert Whole.model_validate(tomllib.loads(uncommented)["streams"]) == Whole()
    assert "#gap_s = 3" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_program_writes_tables_that_read_back_as_they_were() -> None:
    sections: dict[str, dict[str, Any]] = {
        "drift": {"reference_windows": 4, "on": True},
        "training": {"min": 1, "fit": {"max": 1_200, "a": ["é\n"]}},
    }
    assert tomllib.loads(toml_of(sections)) == sections
