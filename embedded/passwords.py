"""The passwords of one home's servers: made once, kept in a file that its owner alone may read.

They reach a server by a file (`Program.files`), clients by the URLs of `stack.json`; no command line and no log carries
one. Milvus Lite knows no passwords, and the broker's stay off because its clients would need users made by hand: both
are guarded by listening on loopback alone.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from embedded import state_files

FILE = "passwords.json"
BYTES = 24


@dataclass(frozen=True)
class Passwords:
    """One password a server; letters, digits, `-` and `_` alone, so that they need no quoting anywhere."""

    redis: str = ""
    clickhouse: str = ""


def keep(home: Path) -> Passwords:
    """Return the home's passwords, made and stored when there are none. Raises `Misconfigured` on a full disk."""
    kept = recall(home)
    if not (kept.redis and kept.clickhouse):
        kept = Passwords(*(secrets.token_urlsafe(BYTES) for _ in range(2)))
        state_files.write(home / FILE, asdict(kept))
    return kept


def recall(home: Path) -> Passwords:
    """Return the home's passwords; empty when there are none."""
    content = state_files.read(home / FILE)
    return Passwords(*(str(content.get(name, "")) for name in ("redis", "clickhouse")))


def without(endpoints: Mapping[str, str]) -> dict[str, str]:
    """Return addresses by name without users and passwords, to be shown or logged."""
    return {name: _bare(address) for name, address in endpoints.items()}


def _bare(address: str) -> str:
    if "://" not in address:
        return address
    url = urlsplit(address)
    return urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2]))
