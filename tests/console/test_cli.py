import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from console.cli import cli

COMMANDS = cli.list_commands(click.Context(cli))
DEMANDED = {
    "up", "down", "demo", "status", "emit", "search", "drift", "runs", "packet", "approve", "refuse", "rollback",
    "retrain", "sql", "schemas", "dead-letters", "ledger", "lineage", "forget", "operators", "keys",
}  # fmt: skip


def tidewheel(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWHEEL_")}
    return subprocess.run(
        [sys.executable, "-m", "console", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=bare,
        check=False,
    )


def leaves(command: click.Command) -> list[click.Command]:
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    return [leaf for name in command.list_commands(context) for leaf in leaves(command.get_command(context, name))]  # type: ignore[arg-type]  # listed names exist


def test_every_demanded_command_is_there() -> None:
    assert set(COMMANDS) >= DEMANDED


@pytest.mark.parametrize("name", COMMANDS)
def test_help_teaches_by_an_example(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    for leaf in leaves(command):
        assert "Example" in (leaf.help or ""), leaf.name
        for option in leaf.params:
            if isinstance(option, click.Option) and option.name not in ("tenant", "as_json"):
                assert option.help, f"{leaf.name} --{option.name}"


@pytest.mark.parametrize("name", ["status", "drift", "runs", "packet", "search", "up", "ledger"])
def test_commands_that_print_data_can_print_json(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert any("--json" in parameter.opts for parameter in command.params)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("search", "words", "--tenant", "acme"),
        ("sql", "SELECT 1"),
        ("drift", "--tenant", "acme"),
        ("rollback", "--tenant", "acme"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_a_stack_every_command_says_what_to_do(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = tidewheel(*arguments, home=tmp_path)
    assert result.returncode == 2
    assert "run `tidewheel up`" in result.stderr
    assert "Traceback" not in result.stderr


def test_down_where_nothing_runs_is_no_error(tmp_path: Path) -> None:
    result = tidewheel("down", home=tmp_path)
    assert result.returncode == 0
    assert "Nothing ran" in result.stdout


def test_schemas_are_written_one_file_an_event(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["schemas", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0
    written = sorted(path.name for path in (tmp_path / "out").rglob("*.json"))
    assert "DocumentOpened.json" in written
    assert "20 schemas" in result.output
    schema = json.loads((tmp_path / "out" / "clicks" / "DocumentOpened.json").read_text())
    assert schema["additionalProperties"] is False


def test_emit_check_names_each_bad_line_and_sends_nothing(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(
        '{"type":"DocumentOpened","event_id":"c1","tenant":"acme","occurred_at":"2026-11-01T09:05:00Z",'
        '"user":"ana","document":"hr/leave"}\n\nno json\n{"type":"Nonsense"}\n{"type":"DocumentOpened"}\n[1]\n'
    )
    result = tidewheel("emit", "--check", str(file), home=tmp_path)
    assert result.returncode == 5
    for number, reason in ((3, "not a JSON object"), (4, "'Nonsense' is none of"), (5, "Field required"), (6, "not a")):
        assert any(line.startswith(f"line {number}: ") and reason in line for line in result.stderr.splitlines())
    assert "line 1:" not in result.stderr
