"""A full disk under the engine: what is refused, when the process ends, and when it begins again.

The engine raises what goes wrong when it writes an INSERT's rows, but not what goes wrong at the end of a merge: the
result that it could not write replaces its sources, which are removed some minutes later. When it starts, it takes such
results out and has the sources again. Therefore:

- while less than `RESERVE` is free, INSERTs are refused with ClickHouse's code 243 (the engine's own setting);
- an INSERT after which less than `FULL` is free is not acknowledged: 243 as well, and the client retries;
- below `FULL` the process ends at once, while all sources are there, and its supervisor starts it again;
- it begins its work when twice the reserve is free, and until then nothing is answered.

A disk that is filled and freed again between two looks (`EVERY_S`) goes unnoticed.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from embedded.clickhouse_errors import NOT_ENOUGH_SPACE, EngineError
from stores.exit_codes import EXIT_TRY_AGAIN

MIB = 1 << 20
RESERVE = 8 * MIB
"""Bytes that stay free for merges and the engine's own files."""
FULL = 2 * MIB
"""Bytes below which what the engine writes may fail."""
EVERY_S = 0.05
_LEFT_FREE = "min_free_disk_bytes_to_perform_insert"
SETTINGS = f"<merge_tree><{_LEFT_FREE}>{RESERVE}</{_LEFT_FREE}></merge_tree>"
"""The engine's configuration of tables, as XML."""
LOG = logging.getLogger(__name__)


def free(path: Path) -> int:
    """Return the bytes that this process may still write on the path's disk."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def check_room(path: Path) -> None:
    """Raise `EngineError` 243 when so little is free that what was just written may not be whole."""
    if free(path) < FULL:
        raise EngineError.made(NOT_ENOUGH_SPACE, "the disk is full: the rows may not be kept", "NOT_ENOUGH_SPACE")


def wait_for_room(path: Path, pause: Callable[[float], None] = time.sleep) -> None:
    """Return when twice the reserve is free."""
    if free(path) < 2 * RESERVE:
        LOG.warning("the disk of %s is full: ClickHouse begins when %d MiB are free", path, 2 * RESERVE // MIB)
    while free(path) < 2 * RESERVE:
        pause(EVERY_S)


def end_when_full(path: Path, end: Callable[[int], None] = os._exit) -> threading.Thread:
    """Watch the path's disk in a thread of its own, and end the process, cleaning up nothing, when it is full."""

    def watch() -> None:
        while free(path) >= FULL:
            time.sleep(EVERY_S)
        LOG.error("the disk of %s is full: ClickHouse ends, so that no merge loses what it cannot write", path)
        end(EXIT_TRY_AGAIN)

    thread = threading.Thread(target=watch, name="disk", daemon=True)
    thread.start()
    return thread
