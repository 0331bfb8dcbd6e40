"""API keys of the gateway: `HOME/keys/api.json`, its owner's alone, with a keyed hash in place of each secret.

A file and not Redis, like the registry of operators: whoever has Redis' password must not thereby become a producer or
a searcher, and keys hold while Redis is away or was lost. The hash is keyed with what follows from the installation's
key and covers tenant and scopes: a line that was written into the file, or changed in it, opens nothing. Every look
reads the file again if it changed, so a revocation holds at once.

A key as its owner has it is `tw_ID_SECRET`: the id is no secret and stands in lists and logs, the secret (256 bits)
stands nowhere else. It is random, so a fast hash is enough.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.ids import OpaqueId, TenantId, join_ids
from schemas.instants import EPOCH
from stores.errors import Misconfigured, Refused
from stores.keys import directory
from stores.private_files import alone, replace
from stores.settings import Settings

Scope = Literal["events", "search", "operator", "analyst"]

PURPOSE = "api keys"
"""What the installation's key is asked for."""

_PREFIX = "tw"
_ID_BYTES, _SECRET_BYTES = 8, 32


class ApiKey(BaseModel):
    """What is kept of a key. One that was revoked, or is over, stays listed, so that people can see whose it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    tenant: TenantId
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    name: OpaqueId
    digest: str
    added_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether the key opens anything at this instant."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: tuple[ApiKey, ...]


class ApiKeys:
    """The keys of one installation. `secret` is what the installation's key gives for `PURPOSE`."""

    def __init__(self, settings: Settings, secret: bytes) -> None:
        self._path = directory(settings) / "api.json"
        self._secret = secret
        self._read: tuple[object, dict[str, ApiKey]] = (None, {})

    def listed(self) -> list[ApiKey]:
        """Return all keys, the oldest first. Raises `Misconfigured` for a damaged file."""
        return sorted(self._known().values(), key=lambda key: (key.added_at, key.id))

    def find(self, presented: str, now: datetime) -> ApiKey | None:
        """Return the key that somebody presents, None for one that is unknown, altered, revoked or over."""
        parts = presented.split("_", 2)
        if len(parts) != 3 or parts[0] != _PREFIX:
            return None
        key = self._known().get(parts[1])
        kept = key or _NOBODY
        given = self._digest(kept.id, kept.tenant, kept.scopes, parts[2])
        if not hmac.compare_digest(given.encode(), kept.digest.encode()) or key is None:
            return None
        return key if key.holds(now) else None

    def add(self, tenant: str, scopes: tuple[Scope, ...], name: str, now: datetime) -> tuple[str, ApiKey]:
        """Make a key; return it as its owner must have it, which is shown this once, and what is kept of it."""
        with self._changing() as known:
            return self._made(known, tenant, scopes, name, now)

    def revoke(self, key_id: str, now: datetime) -> ApiKey:
        """Let a key open nothing from now on. Raises `Refused` when there is none that holds."""
        with self._changing() as known:
            known[key_id] = self._held(known, key_id, now).model_copy(update={"revoked_at": now})
            return known[key_id]

    def rotate(self, key_id: str, now: datetime, grace: timedelta) -> tuple[str, ApiKey]:
        """Make a key with the rights of another one, which ends after `grace`. Raises `Refused` as `revoke` does."""
        with self._changing() as known:
            old = self._held(known, key_id, now)
            ends = now + grace if old.ends_at is None else min(old.ends_at, now + grace)
            known[key_id] = old.model_copy(update={"ends_at": ends})
            return self._made(known, old.tenant, old.scopes, old.name, now)

    def _made(
        self, known: dict[str, ApiKey], tenant: str, scopes: tuple[Scope, ...], name: str, now: datetime
    ) -> tuple[str, ApiKey]:
        key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        digest = self._digest(key_id, tenant, scopes, secret)
        key = ApiKey(id=key_id, tenant=tenant, scopes=scopes, name=name, digest=digest, added_at=now)
        known[key_id] = key
        return f"{_PREFIX}_{key_id}_{secret}", key

    def _held(self, known: dict[str, ApiKey], key_id: str, now: datetime) -> ApiKey:
        key = known.get(key_id)
        if key is None or not key.holds(now):
            raise Refused(f"no key '{key_id}' holds; `tidewheel keys list` shows them")
        return key

    def _digest(self, key_id: str, tenant: str, scopes: tuple[Scope, ...], secret: str) -> str:
        covered = join_ids(key_id, tenant, *sorted(scopes), "", secret)
        return blake2b(covered.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=32).hexdigest()

    def _known(self) -> dict[str, ApiKey]:
        try:
            seen = os.stat(self._path)
            stamp = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
            if self._read[0] != stamp:
                file = _File.model_validate_json(self._path.read_bytes())
                self._read = (stamp, {key.id: key for key in file.keys})
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{self._path} cannot be read; put the right file back, or make new keys") from error
        return self._read[1]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, ApiKey]]:
        """Give the keys to be changed, and write them when the block ends well; one process at a time."""
        with alone(self._path):
            known = dict(self._known())
            yield known
            self._write(known)

    def _write(self, known: dict[str, ApiKey]) -> None:
        content = {"keys": [key.model_dump(mode="json", exclude_none=True) for key in known.values()]}
        replace(self._path, json.dumps(content, indent=2))


_NOBODY = ApiKey(id="", tenant="0", scopes=("events",), name="nobody", digest="0" * 64, added_at=EPOCH)
"""In place of a key that is not there: an unknown id costs what a wrong secret does."""
