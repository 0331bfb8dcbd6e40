"""Peak memory of a process and all its descendants, sampled in the background."""

import threading
from contextlib import suppress
from types import TracebackType

import psutil


class PeakMemory:
    """A context manager; `peak_mib` is the greatest sum of resident memory (MiB) seen so far.

    Shared pages are counted once for each process, so the figure is an upper bound.
    """

    def __init__(self, root_pids: list[int], every_s: float = 0.5) -> None:
        self.peak_mib = 0.0
        self._roots = root_pids
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-memory", daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every_s):
            self.peak_mib = max(self.peak_mib, resident_mib(*self._roots))


def resident_mib(*pids: int) -> float:
    """Return the resident memory (MiB) of these processes and their descendants, each counted once; 0 for gone ones."""
    family: set[psutil.Process] = set()
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            family.update([root, *root.children(recursive=True)])
    total = 0.0
    for process in family:
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss / 2**20
    return total
