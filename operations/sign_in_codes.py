"""One-time codes by which an operator at this machine's shell signs in to the console without handing over a key.

    tidewheel open ▸ HOME/sign-in/HASH (whose key file) ▸ the console takes the note away, then reads the key file

A note names a file and holds no secret; its name is the hash of the code, so who lists the directory learns no code.
"""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from stores import keys
from stores.errors import Refused
from stores.keys import Key
from stores.private_files import private_directory
from stores.settings import Settings

DIRECTORY = "sign-in"
HOLDS = timedelta(minutes=5)

_WRONG = "this link was used already, or its time is over; `tidewheel open` makes another"


def make(where: Settings, key_file: Path, now: datetime) -> str:
    """Return a new code for the owner of a key file; it holds for `HOLDS`, once. Raises `Misconfigured` as `read`."""
    keys.read(key_file)
    directory, code = where.home / DIRECTORY, secrets.token_urlsafe(32)
    private_directory(directory)
    for old in directory.iterdir():
        if old.stat().st_mtime < (now - HOLDS).timestamp():
            old.unlink(missing_ok=True)
    note = directory / _hashed(code)
    note.touch(mode=0o600)
    note.write_text(json.dumps({"key_file": str(key_file.absolute()), "until": (now + HOLDS).isoformat()}))
    return code


def take(where: Settings, code: str, now: datetime) -> Key:
    """Use a code up, and return the key that it was made for. Raises `Refused` for one that holds no more, or never
    did, `Misconfigured` when the key's file cannot be read."""
    note = where.home / DIRECTORY / _hashed(code)
    taken = note.with_name(f".{note.name}.{secrets.token_hex(8)}")
    try:
        note.rename(taken)  # of two who come at once one has it
        content = json.loads(taken.read_text())
        taken.unlink()
    except (OSError, ValueError) as error:
        raise Refused(_WRONG) from error
    if now > datetime.fromisoformat(content["until"]):
        raise Refused(_WRONG)
    return keys.read(Path(content["key_file"]))


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogateescape")).hexdigest()
