"""An INSERT's data, received whole before the engine begins: a client that stops midway holds nothing up.

The data wait in a file without a name in the data directory, which vanishes with the request, however that ends.
"""

import errno
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.clickhouse_errors import NOT_ENOUGH_SPACE, EngineError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def spooled(data: Iterable[bytes], directory: Path) -> Iterator[str]:
    """Receive the data and lend the path under which this process reads them.

    Raises `EngineError` 243 when the disk is full; what reading the data raises passes through.
    """
    with tempfile.TemporaryFile(dir=directory) as file:
        for piece in data:
            with _room():
                file.write(piece)
        with _room():
            file.flush()
        file.seek(0)  # where a path under /dev/fd shares the position
        yield f"/dev/fd/{file.fileno()}"


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise EngineError.made(
            NOT_ENOUGH_SPACE, f"the data of the INSERT cannot be kept: {error.strerror}", "NOT_ENOUGH_SPACE"
        ) from error
