"""The files of a model: what each of them is, and the one hash that stands for all."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from stores.errors import Refused

MANIFEST = "MANIFEST.json"
"""The shelf's own file beside those of a model, which says what they are."""

REMOVED = "REMOVED.json"
"""What the manifest becomes when the removal of a model begins."""

_OF_THE_SHELF = re.compile(rf"{re.escape(MANIFEST)}(?:\.[0-9a-f]{{32}})?|{re.escape(REMOVED)}")


class ShelfFile(BaseModel):
    """What a file of a model must be."""

    model_config = ConfigDict(frozen=True)
    sha256: str
    bytes: int


def is_of_the_shelf(name: str) -> bool:
    """Return whether a file of this relative path is the shelf's own, so that it is no part of a model."""
    return _OF_THE_SHELF.fullmatch(name) is not None


def files_of(directory: Path) -> dict[str, ShelfFile]:
    """Return what every file below the directory is, by its relative path, without the shelf's own.

    Raises `Refused` for what is neither a file nor a directory, and for a link to a directory: a loader may follow it.
    """
    found = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if is_of_the_shelf(name) or (path.is_dir() and not path.is_symlink()):
            continue
        if not path.is_file():
            raise Refused(f"{path} is neither a file nor a directory of the model; remove it")
        found[name] = ShelfFile(sha256=_digest(path), bytes=path.stat().st_size)
    return found


def manifest_of(files: Mapping[str, ShelfFile]) -> str:
    """Return the SHA-256, in hexadecimal, of the names, sizes and hashes of a model's files."""
    plain = {name: [file.sha256, file.bytes] for name, file in files.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
