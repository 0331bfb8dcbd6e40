"""`tidewheel doctor`: what is wrong with this installation, why it matters, how to mend it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain

import click

from console.config import model_of
from console.output import json_option, print_json, say
from console.text import columns, one_line, wrapped
from operations.doctor.examination import examine
from operations.doctor.finding import Finding, is_wrong, well
from stores import configuration, settings
from stores.errors import TidewheelError
from stores.exit_codes import EXIT_UNWELL

_MARKS = {"well": "well ", "watch": "watch", "wrong": "WRONG"}
_INDENT = "       "
_LINES = 6


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also show what is well.")
@json_option
def doctor(everything: bool, as_json: bool) -> None:
    """Find what is wrong with this installation and its stack, say why it matters and how to mend it.

    Looked at are settings and rules, the home's rights, disk, memory, libraries and ports, every store, topics, schema,
    services, clocks, what each tenant has live, the ledger, and dead letters. Nothing is changed. Exit code 0: nothing
    is wrong; 6: something is.

    \b
    Examples:
      tidewheel doctor
      tidewheel doctor --json
    """
    made = chain(rules(), examine())
    findings = list(made if as_json else _shown(made, everything))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if is_wrong(findings):
        raise click.exceptions.Exit(EXIT_UNWELL)


def rules() -> list[Finding]:
    """Return what is wrong with the rules of each section, or that nothing is."""
    home, wrong = settings.home_directory(), list[Finding]()
    for section in settings.SECTIONS:
        try:
            configuration.validated(section, model_of(section), configuration.layers(section, home))
        except TidewheelError as error:
            wrong.append(Finding("rules", "wrong", str(error), "the service that reads them does not start",
                                 "correct it; tidewheel config shows what holds"))  # fmt: skip
    return wrong or [well("rules", "every rule is known and within its bounds")]


def _shown(findings: Iterable[Finding], everything: bool) -> Iterator[Finding]:
    """Print findings as they come, those that are well only on demand, and how many there are."""
    counts = dict.fromkeys(_MARKS, 0)
    for finding in findings:
        counts[finding.level] += 1
        if finding.level != "well" or everything:
            for line in lines(finding, columns()):
                say(line)
        yield finding
    say(f"{counts['well']} checks are well, {counts['watch']} to watch, {counts['wrong']} wrong")


def lines(finding: Finding, width: int) -> list[str]:
    """Return a finding as lines of at most this width: what, why, and how to mend it."""
    told = [f"{finding.check}: {finding.what}"]
    told += [f"why: {finding.why}"] if finding.why else []
    told += [f"mend: {finding.mend}"] if finding.mend else []
    parts = [part for words in told for part in wrapped(one_line(words), width - len(_INDENT), _LINES)]
    return [f"{_INDENT if number else _MARKS[finding.level] + '  '}{part}" for number, part in enumerate(parts)]
