"""The directories of training runs on this machine: `HOME/training/TENANT/RUN`.

One whose `EVENT_FILE` is there has ended; any other is at work, or will be taken up again.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

EVENT_FILE = "event.json"


class Ended(NamedTuple):
    """The directory of a run that has ended: when, and its size in bytes."""

    at: datetime
    bytes: int


def directory_of(home: Path, tenant: str, run: str) -> Path:
    """Return where a run works."""
    return home.absolute() / "training" / tenant / run


def ended(home: Path) -> dict[str, dict[str, Ended]]:
    """Return the runs that have ended, by tenant and run."""
    found: dict[str, dict[str, Ended]] = {}
    for event in sorted((home.absolute() / "training").glob(f"*/*/{EVENT_FILE}")):
        size = sum(path.stat().st_size for path in event.parent.rglob("*") if path.is_file())
        at = datetime.fromtimestamp(event.stat().st_mtime, UTC)
        found.setdefault(event.parent.parent.name, {})[event.parent.name] = Ended(at, size)
    return found
