"""`tidewheel.toml` as text: written from values, and as the commented file that a new installation starts from."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from stores.configuration import leaves

_WIDTH = 80

_HEAD = """\
# How Tidewheel's jobs behave. Remove the # before a rule to change it; what is
# not said here keeps its default. The variables TIDEWHEEL_<SECTION>, JSON each,
# stand above this file. `tidewheel config` shows what holds.
"""


def toml_of(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Return nested tables of plain values as TOML, for a program that writes a file of rules."""
    lines: list[str] = []

    def write(path: tuple[str, ...], values: Mapping[str, Any]) -> None:
        lines.append(f"[{'.'.join(path)}]")
        lines.extend(f"{name} = {_value(value)}" for name, value in values.items() if not isinstance(value, Mapping))
        for name, value in values.items():
            if isinstance(value, Mapping):
                write((*path, name), value)

    for section, values in sections.items():
        write((section,), values)
    return "\n".join(lines) + "\n"


def template(sections: Mapping[str, BaseModel]) -> str:
    """Return a file that changes nothing: every table, and in it every rule with its reason, behind a `#`."""
    lines = [_HEAD.rstrip()]
    table: tuple[str, ...] = ()
    for section, model in sections.items():
        for path, value, reason in leaves(model):
            inside = (section, *path[:-1])
            if inside != table:
                table = inside
                lines.append(f"\n[{'.'.join(table)}]")
            lines += [f"# {line}" for line in textwrap.wrap(reason, _WIDTH - 2)]
            lines.append(f"#{path[-1]} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:  # noqa: ANN401  # whatever a rule holds
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(n, ensure_ascii=False)} = {_value(v)}" for n, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
