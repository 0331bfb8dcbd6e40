"""Rows for people as a table, for programs as JSON."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

Row = dict[str, Any]

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
        table.add_row(*(cell(value) for value in row.values()))
    return table


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
    return str(value)
