"""`tidewheel config`: how every job behaves, rule by rule, and where each value came from."""

import os
import textwrap
from collections.abc import Mapping
from importlib import import_module

import click
from pydantic import BaseModel

from console.output import json_option, print_json, say
from console.text import printable
from stores import configuration, settings
from stores.configuration import Rule
from stores.errors import Misconfigured, Refused
from stores.private_files import private_directory
from stores.rules_file import template

_MODELS = {
    "streams": "streams.config:StreamsConfig",
    "drift": "streams.drift.config:DriftConfig",
    "training": "trainer.config:TrainingConfig",
    "indexer": "indexer.config:IndexerConfig",
    "retrieval": "retrieval.config:RetrievalConfig",
    "retention": "stores.retention:RetentionConfig",
    "gateway": "gateway.config:GatewayConfig",
}
"""Section of the rules to the model that holds it; imported when asked for, because some bring torch along."""

_WIDTH = 80


@click.command()
@click.argument("section", required=False, type=click.Choice(settings.SECTIONS))
@click.option("--init", is_flag=True, help="Write a file of rules to start from; every rule in it is commented out.")
@json_option
def config(section: str | None, init: bool, as_json: bool) -> None:
    """Show every rule: its value, unit and reason, and whether it is the default or from the file or environment.

    A variable TIDEWHEEL_<SECTION> (a JSON object) stands above tidewheel.toml in the home directory (or the file that
    TIDEWHEEL_CONFIG names), and that above the defaults. Services read the rules when they start.

    \b
    Examples:
      tidewheel config drift
      tidewheel config --init
    """
    home = settings.home_directory()
    path, _ = settings.rules_file(home)
    if init:
        written = template({name: model_of(name)() for name in settings.SECTIONS})
        _create(written)
        say(f"Wrote {path}; every rule in it is commented out.")
        return
    found: list[Rule] = []
    for name in [section] if section else settings.SECTIONS:
        layers = configuration.layers(name, home)
        found += configuration.rules(name, configuration.validated(name, model_of(name), layers), layers)
    if as_json:
        print_json({"file": str(path), "exists": path.is_file(), "rules": [rule._asdict() for rule in found]})
        return
    say(f"File of rules: {path}{'' if path.is_file() else ' (absent)'}")
    for rule in found:
        say(shown(rule))


def model_of(section: str) -> type[BaseModel]:
    """Return the model that holds a section of the rules."""
    module, _, name = _MODELS[section].partition(":")
    found = getattr(import_module(module), name)
    assert isinstance(found, type)
    assert issubclass(found, BaseModel)
    return found


def shown(rule: Rule) -> str:
    """Return a rule as lines of at most 80 columns: name, value and source, then unit and reason."""
    value = printable(_text(rule.value))
    lines = textwrap.wrap(
        f"{rule.key} = {value}  [{rule.source}]", _WIDTH, subsequent_indent="      ", break_on_hyphens=False
    )
    lines += textwrap.wrap(rule.reason, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _create(text: str) -> None:
    path, _ = settings.rules_file(settings.home_directory())
    try:
        private_directory(path.parent)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refused(f"{path} is there already and is not overwritten; edit it, or move it away first") from error
    except OSError as error:
        raise Misconfigured(
            f"--home: {path} cannot be written ({error.strerror}); name a directory of yours"
        ) from error
