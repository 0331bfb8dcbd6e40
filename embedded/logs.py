"""One bounded log file a program: `<home>/logs/<program>.log`, the run before it in `<program>.log.1`."""

import os
from pathlib import Path
from typing import BinaryIO

LIMIT = 8 << 20
KEPT = 1 << 20


def start(path: Path) -> BinaryIO:
    """Keep the last run's log as `.log.1` and open a new one for appending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab", buffering=0)


def trim(path: Path) -> None:
    """Keep a growing log below `LIMIT`: its end moves to `.log.1`. Its writer appends, so it goes on unharmed."""
    try:
        if path.stat().st_size < LIMIT:
            return
        with path.open("rb") as old:
            old.seek(-KEPT, os.SEEK_END)
            path.with_name(path.name + ".1").write_bytes(old.read())
        os.truncate(path, 0)
    except OSError:  # a full disk must not stop the supervisor
        return


def tail(path: Path, lines: int = 12) -> str:
    """Return the last lines, indented, for an error message."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 8192))
            text = log.read().decode(errors="replace")
    except OSError as error:
        return f"  ({error})"
    return "\n".join("  " + line[:300] for line in text.splitlines()[-lines:]) or "  (empty)"


def last_line(path: Path) -> str:
    """Return the last line that is not blank."""
    return next((line.strip() for line in reversed(tail(path).splitlines()) if line.strip()), "(empty)")
