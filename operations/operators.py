"""Operators: who may decide, by a key of their own that services verify."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from operations.connections import Connections
from schemas.learning import Decision
from stores import keys
from stores.errors import Refused
from stores.rights import EVERY, Right
from stores.serving import Moved
from stores.settings import Settings
from stores.signing import Signing


@dataclass(frozen=True, slots=True)
class Operator:
    """One public key and whose it is; `here` tells whether this home has the private key."""

    name: str
    key_id: str
    public: str
    added_at: datetime | None
    revoked_at: datetime | None
    here: bool
    may: tuple[Right, ...]


def add(where: Settings, name: str, now: datetime, out: Path | None = None, may: frozenset[Right] = EVERY) -> Path:
    """Make an operator's key, trust its public half for these decisions, and return the file with its private half.

    The file is HOME/keys/operators/NAME.key, or `out`, to be handed to the operator and kept nowhere else. Raises
    `Refused` when the name has a key that holds, or the file is there.
    """
    registry, path = Signing(where).registry, out or keys.operator_file(where, name)
    taken = [key for key in registry.keys().values() if key.name == name and key.revoked_at is None]
    if out is None and path.exists() and not taken:
        path.unlink()  # of a key that was revoked: it opens nothing
    key = keys.generate()
    if not taken and not keys.write_new(path, key):
        raise Refused(f"{path} exists; a key never replaces a file, name another")
    try:
        registry.add(name, key.public, now, may)
    except Refused:
        if not taken:
            path.unlink()
        raise
    return path


def moves_of(stores: Connections, name: str) -> list[Moved]:
    """Return the moves signed by this operator by which something is live now. Raises `Retryable` as the stores do."""
    moves = (stores.trail.last_move(tenant) for tenant in stores.serving.tenants())
    return [move for move in moves if move and move.signature and move.signature.signer == name]


def revoke(where: Settings, name: str, now: datetime, stands: Iterable[Decision] = ()) -> int:
    """Trust this operator's key no more, from now on, but for moves that stand; return how many keys there were.

    Else a revocation would take the ground from under what is live, and bring back what it had replaced.
    """
    return Signing(where).registry.revoke(name, now, [move.signature for move in stands if move.signature])


def listed(where: Settings) -> list[Operator]:
    """Return all operators, revoked ones too, by name."""
    here = {keys.read(keys.operator_file(where, name)).id for name in keys.operators_here(where)}
    found = Signing(where).registry.keys()
    return sorted(
        (
            Operator(
                key.name,
                key_id,
                base64.b64encode(key.raw).decode(),
                key.added_at,
                key.revoked_at,
                key_id in here,
                tuple(right for right in Right if right in key.rights),
            )
            for key_id, key in found.items()
        ),
        key=lambda operator: (operator.name, operator.key_id),
    )


def ensure_first(where: Settings, now: datetime) -> str | None:
    """Make a key for whoever starts an installation that has no operator yet; return the name, None when it has one.

    An installation that had operators gets none by itself, whatever was revoked since.
    """
    if Signing(where).registry.keys():
        return None
    name = keys.own_name()
    add(where, name, now)
    return name


def ensure(where: Settings, name: str, now: datetime) -> None:
    """Make a key for the operator, here, unless a key of that name holds."""
    if all(key.name != name or key.revoked_at is not None for key in Signing(where).registry.keys().values()):
        add(where, name, now)
