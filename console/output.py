"""Rows for people as a table, for programs as JSON."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = dict[str, Any]

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that a terminal acts on instead of showing: control characters, and those that turn the direction."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
tenant_option = click.option("--tenant", required=True, help="Whose data; tenants never mix.")


def plain(value: object) -> object:
    """Return the value as JSON can hold it; times become ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)


def print_json(value: object) -> None:
    """Print any value of ours as indented JSON."""
    click.echo(json.dumps(value, default=plain, indent=2, ensure_ascii=False))


def print_rows(rows: Sequence[Row], as_json: bool, empty: str) -> None:
    """Print the rows as JSON or as a table; `empty` says what it means that there are none."""
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo(empty)
    else:
        Console(soft_wrap=False).print(table_of(rows))


def table_of(rows: Sequence[Row], title: str | None = None) -> Table:
    """Return a table with the first row's keys as its heading; numbers are right-aligned and shortened."""
    table = Table(title=title, header_style="bold", box=None, pad_edge=False)
    for name, value in rows[0].items():
        table.add_column(name, justify="right" if isinstance(value, int | float) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row.values()))
    return table


def printable(text: str) -> str:
    """Return the text with what a terminal would obey written as escapes: stored text is anybody's."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def cell(value: object) -> str:
    """Return a value as a short cell."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ", ".join(cell(v) for v in value)
    return printable(str(value))
