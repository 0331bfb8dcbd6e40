"""The spill: a directory in which events wait on disk, of this process and of those that died before it.

Every process writes to a directory of its own (`journal.py`), so any number may share a spill. What a dead process left
for the same target and key is adopted by the next one, or by one that lives when it looks, and is sent first, in its
order; `places.py` says what of the rest. Files are their owner's alone: events name people.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from tidewheel_sdk.errors import Full
from tidewheel_sdk.journal import SEGMENT_BYTES, Journal, bytes_of, writers
from tidewheel_sdk.options import Fsync
from tidewheel_sdk.places import Beside
from tidewheel_sdk.wire import Item, tenant_of

_SYNC_EVERY_S = 1.0
_ADOPT_EVERY_S = 5.0


class Spill:
    """Waiting events, in order, of `room` bytes on disk at most; for several threads."""

    on_disk = True

    def __init__(
        self,
        directory: Path,
        room: int,
        fsync: Fsync = "second",
        segment_bytes: int = SEGMENT_BYTES,
        clock: Callable[[], float] = monotonic,
        place: str = "",
    ) -> None:
        """Open the directory, which is made if absent, and adopt what dead processes left in this place of it."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._beside, self._tenants = Beside(directory, place), set[str]()
        directory = directory / place
        directory.mkdir(mode=0o700, exist_ok=True)
        self._directory, self._room, self._fsync, self._segment_bytes = directory, room, fsync, segment_bytes
        self._clock, self._synced_at, self._looked_at = clock, clock(), clock()
        self._lock = threading.Lock()
        self._adopted: list[Journal] = []
        self._own: Journal | None = None
        self._reading: Journal | None = None
        self._damaged = 0
        self._adopt()

    @property
    def waiting(self) -> int:
        """Return how many events wait."""
        return sum(journal.waiting for journal in self._journals())

    @property
    def size(self) -> int:
        """Return how many bytes of the disk they take."""
        return sum(journal.size for journal in self._journals())

    def append(self, items: Sequence[Item]) -> None:
        """Write events, all or none. Raises `Full`."""
        with self._lock:
            wanted = sum(map(bytes_of, items))
            if self.size + wanted > self._room:
                raise Full(
                    f"no room for {len(items)} more events: {self.waiting:,} wait in {self._directory} ({self.size:,} "
                    f"of {self._room:,} bytes); see why the target takes none, or raise `room`"
                )
            if self._own is None:
                self._own = Journal.create(self._directory, self._segment_bytes, self._fsync != "never")
            self._own.append(items, synced=self._fsync == "always")

    def peek(self, most: int, most_bytes: int) -> list[Item]:
        """Return the next events, the oldest process's first."""
        with self._lock:
            for journal in self._journals():
                if journal.waiting and (items := journal.peek(most, most_bytes)):
                    self._reading = journal
                    return items
            self._drop_empty()
            return []

    def done(self, count: int, accepted: Item | None = None) -> None:
        """Note that the first events that were peeked need no more sending.

        `accepted` is one of them that the target took: what was left of its tenant's for another key is adopted, too.
        """
        with self._lock:
            if self._reading is not None:
                self._reading.done(count)
            self._drop_empty()
            if accepted is not None and (tenant := tenant_of(accepted.body)) not in self._tenants:
                self._tenants.add(tenant)
                self._adopt()

    def tend(self) -> None:
        """Do what is due: have the disk take what was written, and see whether a process died."""
        with self._lock:
            if self._fsync == "second" and self._own is not None and self._clock() - self._synced_at >= _SYNC_EVERY_S:
                self._own.sync()
                self._synced_at = self._clock()
            if self._clock() - self._looked_at >= _ADOPT_EVERY_S:
                self._adopt()

    def damaged(self) -> int:
        """Return how many records were found damaged since the last call; they are lost."""
        with self._lock:
            found = self._damaged + sum(journal.damaged for journal in self._journals())
            self._damaged = 0
            for journal in self._journals():
                journal.damaged = 0
            return found

    def close(self) -> None:
        """Let go of everything; what waits is the next process's."""
        with self._lock:
            for journal in self._journals():
                journal.close()
            self._adopted, self._own = [], None

    def _journals(self) -> list[Journal]:
        return self._adopted + ([self._own] if self._own is not None else [])

    def _drop_empty(self) -> None:
        for journal in [journal for journal in self._adopted if not journal.waiting]:
            self._damaged += journal.damaged
            journal.close()
            self._adopted.remove(journal)

    def _adopt(self) -> None:
        self._looked_at = self._clock()
        ours = {journal.path for journal in self._journals()}
        left = [*writers(self._directory), *self._beside.ours(self._tenants)]
        found = (Journal.adopt(path, self._segment_bytes) for path in left if path not in ours)
        self._adopted = sorted([*self._adopted, *filter(None, found)], key=lambda journal: journal.path.name)
        self._drop_empty()
