"""The `tidewheel` command: commands by name, loaded when called, and errors as one line that says what to do."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click
from click.exceptions import NoArgsIsHelpError

from console.faults import EXPECTED, status_and_line
from console.parameters import FilePath
from stores import settings
from stores.exit_codes import EXIT_PIPE_CLOSED

_COMMANDS = {
    "up": "console.embedded_stack",
    "down": "console.embedded_stack",
    "demo": "console.embedded_stack",
    "open": "console.open",
    "config": "console.config",
    "doctor": "console.doctor",
    "status": "console.status",
    "watch": "console.watch",
    "emit": "console.events",
    "connect": "console.connect",
    "dead-letters": "console.dead_letters",
    "schemas": "console.events",
    "search": "console.search",
    "drift": "console.drift",
    "replay": "console.replay",
    "runs": "console.runs",
    "ledger": "console.analysis",
    "report": "console.report",
    "propensities": "console.propensities",
    "sql": "console.analysis",
    "lineage": "console.lineage",
    "snapshot": "console.snapshot",
    "forget": "console.forget",
    "packet": "console.decisions",
    "approve": "console.decisions",
    "refuse": "console.decisions",
    "rollback": "console.decisions",
    "rebuild": "console.rebuild",
    "retrain": "console.decisions",
    "adopt": "console.adopt",
    "judgments": "console.judgments",
    "operators": "console.operators",
    "keys": "console.keys",
    "completion": "console.completion",
}
"""Command name to the module that holds it, as a function of the same name with `_` for `-`."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called or asked for its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order: first the stack, then producers, analysts, operators."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the named command, or None when there is no such name."""
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home",
    type=FilePath(file_okay=False),
    help="Directory of the embedded stack's data and of the model shelf.  [default: TIDEWHEEL_HOME or .tidewheel]",
)
@click.version_option(package_name="tidewheel")
def cli(home: Path | None) -> None:
    """Keep a search's embedding model current.

    \b
    First steps:
      tidewheel up -d                 start the embedded stack and the services
      tidewheel emit events.jsonl     send documents, searches, clicks, reactions
      tidewheel search "parental leave" --tenant acme
      tidewheel drift --tenant acme   what has drifted, how surely
      tidewheel packet --tenant acme  what a new model would change; then approve, refuse or roll back

    Against real clusters set TIDEWHEEL_KAFKA_BOOTSTRAP, TIDEWHEEL_REDIS_URL, TIDEWHEEL_CLICKHOUSE_URL and
    TIDEWHEEL_MILVUS_URI; nothing else changes.

    Exit codes: 0 done; 2 misconfigured or wrongly called; 3 refused by a rule; 4 a store did not answer, try again;
    5 the input can never be accepted; 6 doctor found something wrong; 130 interrupted by Ctrl-C; 141 the reader of
    the output was gone; 1 anything else.
    """
    if home is not None:
        settings.choose_home(home)


def main() -> None:
    """Run the command line; a known error becomes one line on standard error and its own exit code."""
    try:
        code = cli(prog_name="tidewheel", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_PIPE_CLOSED)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except EXPECTED as error:
        status, line = status_and_line(error, sys.argv[1:])
        click.echo(line, err=True)
        sys.exit(status)
    sys.exit(code if isinstance(code, int) else 0)
