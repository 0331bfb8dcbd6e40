"""The first steps: what is done is ticked with its count, and how much is enough is said by the rules."""

import re
import shlex

import click
import pytest

from console.cli import cli
from console.web.first_steps import Begun, goes_on, steps
from trainer.config import TrainingConfig
from trainer.judging.gate import GateRules

RULES = TrainingConfig(gate=GateRules(min_queries=30))
SOME = Begun(documents=300, searches=1_791, days=14, opened=40, run="run-1")


def test_at_the_very_beginning_nothing_is_done() -> None:
    found = steps("", Begun(), RULES)
    assert not any(step.done or step.counted for step in found)
    assert "`tidewheel connect searches LOG --tenant T`" in found[1].words
    assert [step.path for step in found] == ["", "", "/runs", "/runs", "/cutover"]


def test_what_is_done_is_ticked_with_its_count() -> None:
    found = steps("acme", SOME, RULES)
    assert [step.done for step in found] == [True, True, False, True, False]
    assert [step.counted for step in found[:3]] == [
        "300 documents", "1,791 searches in 14 days", "40 such queries so far",
    ]  # fmt: skip
    assert found[3].path == "/runs/run-1?tenant=acme"
    assert steps("acme", Begun(documents=1, searches=1, days=1), RULES)[1].counted == "1 search in 1 day"


def test_a_log_is_large_enough_by_the_trainers_own_rules() -> None:
    wait = steps("acme", SOME, RULES)[2]
    assert "at least 30 held-out queries" in wait.words
    assert f"after about {RULES.queries_needed} different queries" in wait.words
    assert wait.path == "/runs?tenant=acme"
    assert steps("acme", SOME._replace(opened=RULES.queries_needed), RULES)[2].done


def commands(words: str) -> list[str]:
    return re.findall("`tidewheel ([^`]+)`", words)


@pytest.mark.parametrize(
    "line", [each for step in steps("acme", SOME, RULES) for each in commands(step.words)]
    + [each for words in goes_on("acme", "") for each in commands(words)],
)  # fmt: skip
def test_every_command_that_is_named_is_one(line: str) -> None:
    command: click.Command = cli
    above, parts = click.Context(cli, info_name="tidewheel"), shlex.split(line)
    while isinstance(command, click.Group) and parts:
        name, *parts = parts
        found = command.get_command(above, name)
        assert found is not None, name
        command, above = found, click.Context(found, above, info_name=name)
    known = {option for parameter in command.params for option in parameter.opts}
    assert {part for part in parts if part.startswith("--")} <= known
    given = {part for part in parts if part.startswith("--")}
    wanted = {
        parameter.opts[0] for parameter in command.params if parameter.required and parameter.opts[0].startswith("--")
    }
    assert wanted <= given, "as it stands it is a wrong call"


def test_it_ends_with_how_people_get_to_the_search_and_what_they_do_comes_back() -> None:
    people, back, elsewhere = goes_on("acme", "http://127.0.0.1:7")
    assert "`http://127.0.0.1:7/v1/search`" in people
    assert [line.split(" --")[0] for line in commands(people)] == ["keys add", "keys token"]
    assert "/v1/clicks" in back
    assert "every week" in elsewhere
    assert commands(elsewhere)[0] == "connect searches LOG --tenant acme"
    assert "which `tidewheel up` starts" in goes_on("acme", "")[0]
