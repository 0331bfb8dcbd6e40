"""Where the resident search of a home listens: a file with its address and token, for its owner's eyes alone."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stores.settings import SEARCH_FILE


def current(home: Path) -> str:
    """Return the address that the home names now, with its token; empty when it names none."""
    try:
        return str(json.loads((home / SEARCH_FILE).read_text())["search_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


@contextmanager
def published(home: Path, url: str) -> Iterator[None]:
    """Have the home name this address (with its token) for the block."""
    file = home / SEARCH_FILE
    fresh = file.with_name(f"{SEARCH_FILE}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump({"search_url": url}, out)
    fresh.replace(file)
    try:
        yield
    finally:
        with suppress(FileNotFoundError, ValueError):
            if json.loads(file.read_text()).get("search_url") == url:  # a successor may have written its own
                file.unlink()
