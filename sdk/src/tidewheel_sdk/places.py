"""Where in a spill events wait: in a place of their target and their key, since no other one is to have them.

    SPILL/TARGET-KEY/WRITER   digests of the target's name and of the key, and a process's directory (`journal.py`)
    SPILL/WRITER              left by versions without places

What was taken for one target is never sent to another. A key may be exchanged: what waits for another key of the same
target, or in no place, is this client's if all of it is of tenants of which the target took events from this client.
"""

import logging
from collections.abc import Iterator, Set
from contextlib import suppress
from pathlib import Path

from tidewheel_sdk.journal import Journal, writers

LOG = logging.getLogger("tidewheel_sdk")


class Beside:
    """What dead processes left in a spill, but not in one place of it."""

    def __init__(self, spill: Path, own: str) -> None:
        self._spill, self._own = spill, spill / own
        self._target = f"{own.partition('-')[0]}-"
        self._tenants: dict[Path, Set[str]] = {}
        """The tenants of what was left, where this target may be meant: the dead write no more."""

    def ours(self, tenants: Set[str]) -> list[Path]:
        """Return the writers whose events are this target's and of these tenants alone; others are told of once."""
        for path in self._writers():
            if path not in self._tenants and (left := Journal.adopt(path)) is not None:
                try:
                    self._tenants[path] = left.tenants() if self._of_target(path) else set()
                finally:
                    left.release()
                if left.waiting and not self._is_ours(path, tenants):
                    self._tell(path, left.waiting)
        return [path for path in self._tenants if self._is_ours(path, tenants)]

    def _writers(self) -> Iterator[Path]:
        """Yield all that may be writers elsewhere; what is none has no lock, and cannot be adopted."""
        for path in writers(self._spill):
            if path != self._own:
                yield path
                with suppress(OSError):  # it is gone
                    yield from writers(path)

    def _is_ours(self, path: Path, tenants: Set[str]) -> bool:
        return self._of_target(path) and self._tenants[path] <= tenants

    def _of_target(self, path: Path) -> bool:
        return path.parent == self._spill or path.parent.name.startswith(self._target)

    def _tell(self, path: Path, waiting: int) -> None:
        if self._of_target(path):
            what = "for another key, or of an earlier version: sent once the target has taken an event of their tenant"
        else:
            what = f"for another target: left there; to send them to this one, move that directory to {self._own}"
        LOG.warning("%d events wait in %s, %s", waiting, path, what)
