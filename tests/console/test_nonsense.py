"""Every command and every option of the tree, given nonsense: one line, the option's name, and never a traceback.

There is no stack in these tests, so what gets past an option's own check ends at "run `tidewheel up`", in one line too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console import parameters
from console.cli import cli
from console.dead_letters import Moment
from embedded import control
from stores.errors import Misconfigured
from tests.console.running import CommandLine

LONG = "x" * 10_000
TEXTS = ["", "   ", LONG, "two\nlines", "\udcff", "\x1b[31mred", "\x00"]
NUMBERS = ["", "NaN", "inf", "-1", "1e999", "9" * 40, "twelve", "0x10", "٣", LONG, "\udcff", "1_0", "two\n2"]
MOMENTS = [
    "",
    "yesterday",
    "2026-13-45",
    "2026-02-30",
    "9999999999d",
    "-1d",
    "NaN",
    "9999-12-31",
    LONG,
    "\udcff",
    "1\n",
]
NONSENSE: dict[type, list[str]] = {
    parameters.Pattern: [*TEXTS, "Acme Ltd", "../..", "'; DROP TABLE events", "[red]", "-"],
    parameters.Line: TEXTS,
    parameters.Known: [*TEXTS, "nonsense", "SEARCHES", "../searches"],
    parameters.Whole: NUMBERS,
    parameters.Seconds: [*NUMBERS, "1e9"],
    parameters.Date: [value for value in MOMENTS if value != "9999-12-31"],
    parameters.Words: ["\udcff", "a\x00b"],
    Moment: MOMENTS,
    click.Choice: [*TEXTS, "nonsense"],
}
"""What no parameter of a type may take."""
VALID = {
    "TENANT": "acme", "HASH": "abcdef01", "REASON": "why", "USER": "ana", "ID": "an-id", "NAME": "sam",
    "QUERY": "words", "TOPIC": "clicks", "N": "0", "directory": "out", "filename": "events.jsonl",
    "choice": "drift", "KEY": "0123456789abcdef", "SCOPE": "events", "path": "events.jsonl", "file": "events.jsonl",
    "DATE": "2026-12-24", "RUN": "run-1",
}  # fmt: skip
RUNS = frozenset({"demo"})
"""Commands that pass everything on to a program with options of its own."""


class Target(NamedTuple):
    """A parameter of a command, and the words that lead to the command."""

    words: tuple[str, ...]
    command: click.Command
    parameter: click.Parameter

    def __str__(self) -> str:
        return " ".join((*self.words, self.parameter.name or ""))


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        if name not in RUNS:
            yield from commands(found, (*words, name))


TARGETS = [Target(words, command, each) for words, command in commands(cli) for each in command.params]


def line_of(target: Target, value: str) -> list[str]:
    """The command with valid values wherever one is needed, and this one in the parameter's place."""
    given, arguments = list(target.words), list[str]()
    for other in target.command.params:
        mine = other is target.parameter
        if isinstance(other, click.Argument):
            arguments.append(value if mine else VALID[other.type.name])
        elif mine:
            given.append(f"{other.opts[-1]}={value}" if other.opts[-1].startswith("--") else f"{other.opts[-1]}{value}")
        elif other.required:
            given += [other.opts[-1], VALID[other.type.name]]
    return [*given, "--", *arguments]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    def start(*arguments: object) -> None:
        raise Misconfigured("nothing is started here")

    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.jsonl").write_text("")
    for name in ("up", "start_in_background"):
        monkeypatch.setattr(control, name, start)
    return CommandLine(monkeypatch, capsys)


def nonsense(target: Target) -> list[str]:
    kind = target.parameter.type
    return next((values for known, values in NONSENSE.items() if isinstance(kind, known)), [])


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_nonsense_is_answered_by_a_line_that_names_the_parameter(nowhere: CommandLine, target: Target) -> None:
    named = [*target.parameter.opts, target.parameter.human_readable_name, target.parameter.type.name.upper()]
    for value in nonsense(target):
        ended = nowhere(*line_of(target, value))
        assert ended.code == 2, (value[:40], ended)
        (line,) = ended.err.splitlines()
        assert line.startswith("tidewheel: "), value[:40]
        assert any(name in line.partition(": '")[0] for name in named), line
        assert len(line) < 500
        assert line.isprintable()


def test_every_parameter_has_a_type_that_says_what_is_right() -> None:
    plain = [
        str(target)
        for target in TARGETS
        if not nonsense(target)
        and not (isinstance(target.parameter, click.Option) and target.parameter.is_flag)
        and not isinstance(target.parameter.type, click.Path | click.File)
    ]
    assert plain == ["up ports"], "whose own check is tried in the cases"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(target=next(each for each in TARGETS if str(each) == "sql query"), value="-")  # which reads standard input
@given(target=st.sampled_from(TARGETS), value=st.text(st.characters(exclude_characters="\0"), max_size=80))
def test_no_text_whatever_ends_in_a_traceback(nowhere: CommandLine, target: Target, value: str) -> None:
    ended = nowhere(*line_of(target, value))  # an argument of a process holds no NUL
    assert ended.code in (0, 2, 3, 5)  # 5: a file that is empty, where it must not be
    lines = ended.err.splitlines()
    assert len(lines) == (ended.code != 0)
    assert all(line.startswith("tidewheel: ") for line in lines)
