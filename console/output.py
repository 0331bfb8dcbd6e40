"""Rows for people as a table that fits their columns, for programs as JSON that keeps everything."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import click
from rich.cells import cell_len

from console import text
from console.parameters import TENANT

Row = dict[str, Any]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
tenant_option = click.option("--tenant", required=True, type=TENANT, help="Whose data; tenants never mix.")

_LEAST = 8
"""Columns that a text keeps however narrow the table."""


def group_tenant(ctx: click.Context, tenant: str | None) -> str | None:
    """Return the tenant of a group that shows something itself; None when a subcommand does the work.

    Raises `UsageError` where the tenant is missing, or stands before the subcommand that it is for.
    """
    if ctx.invoked_subcommand is not None:
        if tenant is not None:
            raise click.UsageError(f"--tenant stands behind '{ctx.invoked_subcommand}'", ctx)
        return None
    if tenant is None:
        raise click.MissingParameter(ctx=ctx, param=next(each for each in ctx.command.params if each.name == "tenant"))
    return tenant


def say(words: str, err: bool = False) -> None:
    """Print words of ours that may carry words of anybody's: what a terminal would obey is shown as an escape."""
    click.echo(text.printable_lines(words), err=err)


def plain(value: object) -> object:
    """Return the value as JSON can hold it; times become ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)


def print_json(value: object) -> None:
    """Print any value of ours as indented JSON, letters as they are where the output can carry them."""
    written = json.dumps(value, default=plain, indent=2, ensure_ascii=False)
    if sys.stdout.isatty() or not _encodes(written):
        written = json.dumps(value, default=plain, indent=2)  # JSON's own escapes say the same and move no terminal
    click.echo(written)


def _encodes(written: str) -> bool:
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True


def cell(value: object) -> str:
    """Return a value as a short cell."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ", ".join(cell(v) for v in value)
    return text.printable(str(value))


def minute(value: object) -> str:
    """Return an instant to the minute."""
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else cell(value)


def three_decimals(value: object) -> str:
    """Return a statistic as people compare it; what is small and not 0 is said to be that."""
    if not isinstance(value, int | float):
        return cell(value)
    return "<0.001" if 0 < value < 0.0005 else f"{value:.3f}"


class Column(NamedTuple):
    """A column of a table: the row's field, its heading, and how a value is shown. Texts may be cut to fit."""

    name: str
    head: str = ""
    shown: Callable[[Any], str] = cell

    @property
    def heading(self) -> str:
        """Return what stands above it."""
        return self.head or self.name.replace("_", " ")


def table(
    rows: Sequence[Row], columns: Sequence[Column] = (), below: Callable[[Row], str] = lambda row: "", width: int = 0
) -> list[str]:
    """Return rows as the lines of a table, at most `width` columns wide (the reader's if 0).

    Numbers and times are shown whole, numbers to the right; texts are cut with … at the end where there is no room.
    What `below` says of a row stands under it, on two lines at most. Without columns the first row's fields are taken.
    """
    columns, width = columns or [Column(name) for name in rows[0]], width or text.columns()
    cells = [[column.heading for column in columns], *([c.shown(row.get(c.name)) for c in columns] for row in rows)]
    numbers = [_is_number([row.get(c.name) for row in rows]) for c in columns]
    elastic = [_is_text([row.get(c.name) for row in rows]) for c in columns]
    widths, gap = _fitted([max(map(cell_len, each)) for each in zip(*cells, strict=True)], elastic, width)
    lines = []
    for number, line in enumerate(cells):
        parts = [_padded(part, wide, right) for part, wide, right in zip(line, widths, numbers, strict=True)]
        lines.append((" " * gap).join(parts).rstrip())
        if number and (said := text.printable(below(rows[number - 1]))):
            lines += [f"    {each}" for each in text.wrapped(said, width - 4, 2)]
    return lines


def print_table(
    rows: Sequence[Row],
    columns: Sequence[Column] = (),
    title: str = "",
    below: Callable[[Row], str] = lambda row: "",
    err: bool = False,
) -> None:
    """Print a table, with an empty line and its title above it if it has one."""
    if title:
        click.echo(f"\n{text.elided(text.printable(title), text.columns())}", err=err)
    for line in table(rows, columns, below):
        click.echo(line, err=err)


def print_rows(
    rows: Sequence[Row],
    as_json: bool,
    empty: str,
    columns: Sequence[Column] = (),
    below: Callable[[Row], str] = lambda row: "",
) -> None:
    """Print the rows as JSON, whole, or as a table; `empty` says what it means that there are none."""
    if as_json:
        print_json(rows)
    elif not rows:
        say(empty)
    else:
        print_table(rows, columns, below=below)


def _fitted(widths: list[int], elastic: Sequence[bool], room: int) -> tuple[list[int], int]:
    """Return widths that fit the room, and the gap between them: first the gaps shrink, then the widest text."""
    for gap in (2, 1):
        if sum(widths) + gap * (len(widths) - 1) <= room:
            return widths, gap
    while sum(widths) + len(widths) - 1 > room:
        widest = max((n for n, may in enumerate(elastic) if may), key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= _LEAST:
            break
        widths[widest] -= 1
    return widths, 1


def _padded(part: str, width: int, right: bool) -> str:
    part = text.elided(part, width)
    blank = " " * (width - cell_len(part))
    return blank + part if right else part + blank


def _is_number(values: Sequence[object]) -> bool:
    return all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)


def _is_text(values: Sequence[object]) -> bool:
    return any(isinstance(value, str | list | tuple) for value in values)
