"""Errors of the command line as one line each: what was wrong, what is right, and the exit status that goes with it."""

from collections.abc import Sequence

import click

from console.text import elided, one_line, printable
from stores.errors import TidewheelError
from stores.exit_codes import EXIT_INTERRUPTED, EXIT_MISCALLED, command_status

EXPECTED = (TidewheelError, click.ClickException, click.Abort, KeyboardInterrupt, OSError)
"""What ends a command with a line. Anything else is a fault of the program and keeps its traceback."""

_SHOWN = 240
"""Columns of an argument that an error repeats: a path is shown whole."""


class Interrupted(click.ClickException):
    """Ctrl-C, in work that can say how far it got."""

    exit_code = EXIT_INTERRUPTED


def status_and_line(error: BaseException, arguments: Sequence[str]) -> tuple[int, str]:
    """Return the exit status and the line for an error; of long `arguments` the line repeats the beginning."""
    status, words = _described(error)
    words = one_line(words)
    parts = {printable(part) for argument in arguments for part in (argument, argument.partition("=")[2])}
    for argument in sorted(parts, key=len, reverse=True):
        if len(argument) > _SHOWN:
            words = words.replace(argument, elided(argument, _SHOWN))
    return status, f"tidewheel: {words}"


def _described(error: BaseException) -> tuple[int, str]:
    if isinstance(error, TidewheelError):
        return command_status(error), str(error)
    if isinstance(error, click.UsageError):
        return EXIT_MISCALLED, _usage(error)
    if isinstance(error, click.ClickException):
        return error.exit_code, error.format_message()
    if KeyboardInterrupt in map(type, (error, error.__cause__, error.__context__)):
        return EXIT_INTERRUPTED, "interrupted"
    if isinstance(error, click.Abort):
        return 1, "nothing was done: the question was not answered with yes"
    if isinstance(error, OSError):
        position = f"{error.filename}: " if error.filename else ""
        return 1, f"{position}{error.strerror or error}"
    return 1, str(error)


def _usage(error: click.UsageError) -> str:
    """Return what is wrong with which option, in the order of reading."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        help_text = getattr(error.param, "help", "") or ""
        return f"{_hint(error)} is missing{': ' if help_text else ''}{help_text}{_see(error)}"
    if isinstance(error, click.BadParameter) and _hint(error):
        return f"{_hint(error)}: {error.message}"
    return error.format_message() + _see(error)


def _hint(error: click.BadParameter) -> str:
    """Return the option's longest name or the argument's."""
    if error.param_hint:
        return error.param_hint if isinstance(error.param_hint, str) else " ".join(error.param_hint)
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return error.param.human_readable_name if error.param else ""


def _see(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx else "tidewheel"
    return f"; `{path} --help` shows what there is"
