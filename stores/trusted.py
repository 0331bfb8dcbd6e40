"""The registry of operators' public keys: `HOME/keys/trusted.json`, signed with the installation's key.

It is a file and not a key of Redis, because whoever has Redis' password must not thereby become an operator. Every
look reads the file again if it changed, so a revocation holds at once. Keys of the setting TIDEWHEEL_TRUSTED_KEYS count
beside it, for machines that have no home in common.
"""

import base64
import hashlib
import json
import os
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from schemas.signature import Signature, canonical
from stores.errors import Misconfigured, Refused
from stores.keys import NAME_RULE, OPERATOR_NAME, Key, directory, key_id, parse_public, verifies
from stores.private_files import alone, replace
from stores.rights import EVERY, Right
from stores.settings import Settings

REGISTRY_CONTEXT = b"tidewheel trusted keys 1\n"

INSTALLATION = "installation"
"""The name under which the installation's own key signs."""

SERVICES = frozenset({"drift", "forget", "indexer"})
"""Whom an event names for what a service decided by a rule."""


LOOK = "look"
"""In place of rights in the setting: a key that may decide nothing."""


class TrustedKey(BaseModel):
    """One operator's public key, and what it may be used for: everything, unless `may` lists it.

    A revoked one stays listed, so that people can see whose it was. Nothing that it signed is believed any more, but
    what `stands`: the signatures, by `hash_of`, of moves by which something was live when it was revoked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    public: str
    added_at: datetime | None = None
    revoked_at: datetime | None = None
    may: tuple[Right, ...] | None = None
    stands: tuple[str, ...] | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """Return what the key may be used for."""
        return EVERY if self.may is None else frozenset(self.may)

    @property
    def raw(self) -> bytes:
        """Return the public key's 32 bytes."""
        return parse_public(self.public, f"the public key of '{self.name}'")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: tuple[TrustedKey, ...]
    signature: str


class Registry:
    """The keys that this installation trusts. `installation` is the key that has to have signed the file."""

    def __init__(self, settings: Settings, installation: Key) -> None:
        self._path = directory(settings) / "trusted.json"
        self._installation = installation
        self._given = _of_settings(settings.trusted_keys)
        self._read: tuple[object, tuple[TrustedKey, ...]] = (None, ())

    @property
    def path(self) -> Path:
        """Return the file's path."""
        return self._path

    def keys(self) -> dict[str, TrustedKey]:
        """Return every key by its id, revoked ones too; the file goes before the setting, so that a revocation holds.

        Raises `Misconfigured` when the file is damaged or was signed by somebody else.
        """
        return {**self._given, **{key_id(key.raw): key for key in self._file()}}

    def add(self, name: str, public: bytes, now: datetime, may: frozenset[Right] = EVERY) -> TrustedKey:
        """Trust a public key under a name, for these decisions. Raises `Refused` when the name has a key that holds."""
        if problem := _misnamed(name):
            raise Refused(problem)
        added = TrustedKey(name=name, public=base64.b64encode(public).decode(), added_at=now, may=_listed(may))
        with alone(self._path):
            if any(key.name == name and key.revoked_at is None for key in self.keys().values()):
                raise Refused(f"the operator '{name}' has a key already; revoke it first, or choose another name")
            self._write((*self._file(), added))
        return added

    def revoke(self, name: str, now: datetime, stands: Collection[Signature] = ()) -> int:
        """Trust no key of this name any more, but for what `stands`; return how many there were.

        Raises `Refused` when there was none.
        """
        with alone(self._path):
            held = [key for key in self.keys().values() if key.name == name and key.revoked_at is None]
            if not held:
                raise Refused(f"no operator '{name}' has a key that holds; `tidewheel operators list` shows them")
            ids = {key_id(key.raw) for key in held}
            others = [key for key in self._file() if key_id(key.raw) not in ids]
            kept = tuple(sorted(map(hash_of, stands))) or None
            self._write((*others, *(key.model_copy(update={"revoked_at": now, "stands": kept}) for key in held)))
        return len(held)

    def _file(self) -> tuple[TrustedKey, ...]:
        try:
            seen = os.stat(self._path)
            stamp = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
            if self._read[0] != stamp:
                self._read = (stamp, self._verified(self._path.read_bytes()))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise Misconfigured(f"{self._path} cannot be read ({error})") from error
        return self._read[1]

    def _verified(self, content: bytes) -> tuple[TrustedKey, ...]:
        try:
            file = _File.model_validate_json(content)
            signature = base64.b64decode(file.signature, validate=True)
        except ValueError as error:
            raise Misconfigured(self._untrusted("is damaged")) from error
        if not verifies(self._installation.public, signature, _signed(file.keys)):
            raise Misconfigured(self._untrusted("was not signed with this installation's key"))
        return file.keys

    def _untrusted(self, problem: str) -> str:
        return f"{self._path} {problem}; put the right file back, or remove it and add the operators anew"

    def _write(self, keys: tuple[TrustedKey, ...]) -> None:
        signature = base64.b64encode(self._installation.sign(_signed(keys))).decode()
        content = {"keys": [key.model_dump(mode="json") for key in keys], "signature": signature}
        replace(self._path, json.dumps(content, indent=2))


def hash_of(signature: Signature) -> str:
    """Return by what a signature is known in the registry: the hash of its value."""
    return hashlib.sha256(signature.value.encode()).hexdigest()


def _signed(keys: tuple[TrustedKey, ...]) -> bytes:
    return REGISTRY_CONTEXT + canonical([key.model_dump(exclude_none=True) for key in keys])


def _listed(may: frozenset[Right]) -> tuple[Right, ...] | None:
    return None if may == EVERY else tuple(sorted(may))


def _of_settings(given: Mapping[str, str]) -> dict[str, TrustedKey]:
    found = {}
    for name, public in given.items():
        if problem := _misnamed(name):
            raise Misconfigured(f"TIDEWHEEL_TRUSTED_KEYS: {problem}")
        value, *rights = public.split() or [""]
        key = TrustedKey(name=name, public=value, may=_rights(name, rights) if rights else None)
        found[key_id(key.raw)] = key
    return found


def _rights(name: str, given: list[str]) -> tuple[Right, ...]:
    try:
        return () if given == [LOOK] else tuple(sorted(map(Right, given)))
    except ValueError as error:
        known = " ".join(Right)
        raise Misconfigured(
            f"TIDEWHEEL_TRUSTED_KEYS: '{name}' may {given}, and rights are {known}, or {LOOK}"
        ) from error


def _misnamed(name: str) -> str:
    if name in SERVICES | {INSTALLATION}:
        return f"'{name}' is what a service signs as; choose another name"
    if not OPERATOR_NAME.fullmatch(name):
        return f"'{name}' is no operator's name: {NAME_RULE}"
    return ""
