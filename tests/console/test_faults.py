"""Errors become one line: with the option, with what is right, and never longer than a screen can hold."""

import click
import pytest

from console.faults import Interrupted, status_and_line
from stores.errors import Misconfigured, Poison, Refused, Retryable


@click.command()
@click.option("-l", "--limit", required=True, help="How many.")
@click.argument("query")
def command(limit: str, query: str) -> None:
    """Do nothing."""


def called(*arguments: str) -> tuple[int, str]:
    with pytest.raises(click.ClickException) as raised:
        command(list(arguments), prog_name="tidewheel", standalone_mode=False)
    return status_and_line(raised.value, arguments)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Misconfigured("m"), 2, "m"),
        (Refused("r"), 3, "r"),
        (Retryable("a\n  b"), 4, "a b"),
        (Poison("p\x1b"), 5, "p\\x1b"),
        (Interrupted("after 3"), 130, "after 3"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (click.Abort(), 1, "nothing was done: the question was not answered with yes"),
        (PermissionError(13, "Permission denied", "/x"), 1, "/x: Permission denied"),
        (click.BadParameter("no", param_hint="--since"), 2, "--since: no"),
    ],
)
def test_every_kind_has_its_status_and_its_words(error: BaseException, status: int, words: str) -> None:
    assert status_and_line(error, ()) == (status, f"tidewheel: {words}")


def test_ctrl_c_at_a_question_is_told_from_no() -> None:
    aborted = click.Abort()
    aborted.__cause__ = KeyboardInterrupt()
    assert status_and_line(aborted, ())[0] == 130
    aborted.__cause__ = EOFError()
    assert status_and_line(aborted, ())[0] == 1


def test_what_is_missing_or_unknown_is_named() -> None:
    assert called("words") == (2, "tidewheel: --limit is missing: How many.; `tidewheel --help` shows what there is")
    assert called("--limit", "3")[1].startswith("tidewheel: QUERY is missing; `tidewheel --help`")
    assert called("--limti", "3", "words")[1].startswith("tidewheel: No such option: --limti")


@pytest.mark.parametrize("form", ["{}", "--limit={}"])
def test_of_a_long_argument_the_beginning_is_repeated(form: str) -> None:
    long = "x" * 5_000 + "\x1b"
    _, line = status_and_line(Refused(f"there is no {long}; look again"), [form.format(long)])
    assert line == f"tidewheel: there is no {'x' * 239}…; look again"
