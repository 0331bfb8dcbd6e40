"""`tidewheel status --storage`: what is stored beside the events, and what goes when."""

from datetime import UTC, datetime

from console.output import Column, print_json, print_table, say
from operations import storage
from operations.connections import Connections
from stores import configuration
from stores.retention import RetentionConfig
from stores.settings import Settings

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_COLUMNS = (
    Column("what"), Column("count", "how many", lambda count: f"{count:,}"),
    Column("bytes", "size", lambda size: "-" if size is None else sized(size)),
    Column("oldest", "oldest", lambda at: "-" if at is None else f"{at:%Y-%m-%d}"),
    Column("removes", "goes next", lambda count: f"{count:,}"), Column("rule", "goes by this rule"),
)  # fmt: skip


def show(where: Settings, tenant: str | None, as_json: bool) -> None:
    """Print the table, or its rows as JSON."""
    config = configuration.load("retention", RetentionConfig, where.home)
    with Connections(where) as stores:
        lines = storage.lines(stores, config, datetime.now(UTC), tenant)
    if as_json:
        print_json({"storage": lines})
        return
    print_table(lines, _COLUMNS, "Storage")
    say(f"The services clean every {config.pause_s:g} s; `tidewheel config retention` shows the rules.")


def sized(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1024
    raise AssertionError  # the last unit takes any size
