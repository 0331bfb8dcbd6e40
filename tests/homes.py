"""The files of a home whose servers run: what is replaced while one looks is left out."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def entries(home: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below a home and its state, links not followed; `Path.rglob` fails when a folder goes meanwhile."""
    for folder, folders, files in os.walk(home):
        for name in (*folders, *files):
            path = Path(folder, name)
            try:
                yield path, path.lstat()
            except FileNotFoundError:
                continue


def contents(home: Path) -> Iterator[tuple[Path, bytes]]:
    """The ordinary files below a home and what they hold."""
    for path, state in entries(home):
        if not stat.S_ISREG(state.st_mode):
            continue
        try:
            yield path, path.read_bytes()
        except FileNotFoundError:
            continue
