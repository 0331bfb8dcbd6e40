"""Person tokens: who searches, and in which groups, as JSON Web Tokens that a caller cannot make up.

Two kinds are believed, each for one tenant:

| issuer | signed by | made by |
|---|---|---|
| `tidewheel` | HS256, with what the installation's key gives for this purpose | `tidewheel keys token` |
| a tenant's identity provider (`gateway.issuers`) | RS256, ES256 or EdDSA, by a key of its JWKS file | the provider |

Which kind a token says it is decides only which keys are asked: HS256 is never verified with a provider's public key.
"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schemas.ids import OpaqueId, TenantId, UserId
from schemas.instants import milliseconds
from schemas.search import MAX_SEARCH_GROUPS
from stores.errors import Misconfigured, Refused

PURPOSE = "person tokens"
"""What the installation's key is asked for."""

OWN = "tidewheel"
LONGEST = timedelta(days=366)

_OWN_ALGORITHM = "HS256"
_OTHERS = ("RS256", "ES256", "EdDSA")
_LEEWAY_S = 30
_GROUPS = TypeAdapter(Annotated[list[OpaqueId], Field(max_length=MAX_SEARCH_GROUPS)])
_USER = TypeAdapter(UserId)


class Issuer(BaseModel):
    """A tenant's identity provider: what its tokens say, and the file with its public keys (a JWKS)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1, description="the tokens' `iss`, as the provider writes it")
    audience: str = Field(min_length=1, description="the tokens' `aud`: tokens for other programs are refused")
    jwks: Path = Field(description="file with the provider's public keys; read again when it changed")
    groups: str = Field(default="groups", min_length=1, description="the claim that lists the person's groups")
    user: str = Field(default="sub", min_length=1, description="the claim that names the person")


Issuers = dict[TenantId, Issuer]


@dataclass(frozen=True, slots=True)
class Person:
    """Who searches, and in which groups."""

    user: str
    groups: tuple[str, ...]


class PersonTokens:
    """Makes and reads tokens. `secret` is what the installation's key gives for `PURPOSE`."""

    def __init__(self, secret: bytes, issuers: Mapping[str, Issuer] | None = None) -> None:
        self._secret = secret
        self._issuers = {tenant: _Provider(issuer) for tenant, issuer in (issuers or {}).items()}

    def make(self, tenant: str, person: Person, now: datetime, lasts: timedelta) -> str:
        """Return a token of this installation's own. Raises `Refused` for what lasts no time, or too long."""
        if not timedelta(0) < lasts <= LONGEST:
            raise Refused(f"a token lasts up to {LONGEST.days} days")
        said = {"iss": OWN, "aud": tenant, "sub": person.user, "groups": list(person.groups)}
        times = {"iat": _seconds(now), "exp": _seconds(now + lasts)}
        return jwt.encode({**said, **times}, self._secret, _OWN_ALGORITHM)

    def read(self, token: str, tenant: str, now: datetime) -> Person:
        """Return whose token it is. Raises `Refused` for one that is altered, over, or of another tenant."""
        try:
            if self._issued_here(token):
                claims = jwt.decode(
                    token, self._secret, [_OWN_ALGORITHM], audience=tenant, issuer=OWN, options=_OPTIONS
                )
                return _person(claims, "sub", "groups", now)
            provider = self._issuers.get(tenant)
            if provider is None:
                raise Refused("the person token is of an issuer that this tenant does not have; see gateway.issuers")
            return provider.read(token, now)
        except (jwt.PyJWTError, ValueError) as error:
            raise Refused(f"the person token is not believed ({type(error).__name__})") from error

    def _issued_here(self, token: str) -> bool:
        return bool(jwt.decode(token, options={"verify_signature": False}).get("iss") == OWN)


class _Provider:
    """One identity provider, and the keys of its file."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._read: tuple[object, jwt.PyJWKSet | None] = (None, None)

    def read(self, token: str, now: datetime) -> Person:
        key = self._key(jwt.get_unverified_header(token).get("kid"))
        claims = jwt.decode(
            token,
            key,
            list(_OTHERS),
            audience=self._issuer.audience,
            issuer=self._issuer.issuer,
            options=_OPTIONS,
        )
        return _person(claims, self._issuer.user, self._issuer.groups, now)

    def _key(self, name: object) -> jwt.PyJWK:
        found = [key for key in self._keys().keys if name is None or key.key_id == name]
        if len(found) != 1:
            raise Refused("the person token names no key of its issuer")
        return found[0]

    def _keys(self) -> jwt.PyJWKSet:
        path = self._issuer.jwks
        try:
            seen = os.stat(path)
            stamp = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
            if self._read[0] != stamp:
                self._read = (stamp, jwt.PyJWKSet.from_dict(json.loads(path.read_bytes())))
        except (OSError, ValueError, jwt.PyJWTError) as error:
            raise Misconfigured(f"{path} is no JWKS file ({type(error).__name__}); see gateway.issuers") from error
        assert self._read[1] is not None
        return self._read[1]


_OPTIONS: Any = {"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
"""Times are compared by the rule below, with the clock that the caller gives."""


def _person(claims: Mapping[str, Any], user: str, groups: str, now: datetime) -> Person:
    at = _seconds(now)
    if not _number(claims["exp"]) or claims["exp"] + _LEEWAY_S <= at:
        raise Refused("the person token is over; ask for a new one")
    if not _number(claims.get("nbf", 0)) or claims.get("nbf", 0) - _LEEWAY_S > at:
        raise Refused("the person token does not hold yet")
    try:
        named = _GROUPS.validate_python(claims.get(groups, []), strict=True)
        return Person(_USER.validate_python(claims.get(user), strict=True), tuple(named))
    except ValidationError as error:
        raise Refused(f"the person token needs `{user}`, a name, and `{groups}`, a list of names") from error


def _number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _seconds(moment: datetime) -> int:
    return milliseconds(moment) // 1000
