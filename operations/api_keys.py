"""What operators do with API keys and person tokens: make, list, end, exchange."""

from datetime import datetime, timedelta

from operations.person_tokens import PURPOSE as TOKENS
from operations.person_tokens import Person, PersonTokens
from stores.api_keys import PURPOSE as KEYS
from stores.api_keys import ApiKey, ApiKeys, Scope
from stores.error_texts import suggestion
from stores.errors import Refused
from stores.settings import Settings
from stores.signing import Signing


def add(where: Settings, tenant: str, scopes: tuple[Scope, ...], name: str, now: datetime) -> tuple[str, ApiKey]:
    """Make a key; return it as its owner must have it, and what is kept of it.

    Raises `Refused` for a tenant that is none of those that may send, where the settings name them.
    """
    if where.tenants and tenant not in where.tenants:
        raise Refused(f"'{tenant}' is not one of this installation's tenants, {suggestion(tenant, where.tenants)}")
    return keys_of(where).add(tenant, tuple(sorted(set(scopes))), name, now)


def listed(where: Settings, tenant: str | None = None) -> list[ApiKey]:
    """Return all keys, or those of a tenant, revoked ones too, the oldest first."""
    return [key for key in keys_of(where).listed() if tenant in (None, key.tenant)]


def revoke(where: Settings, key_id: str, now: datetime) -> ApiKey:
    """Let a key open nothing from now on. Raises `Refused` when none holds by this id."""
    return keys_of(where).revoke(key_id, now)


def rotate(where: Settings, key_id: str, now: datetime, grace: timedelta) -> tuple[str, ApiKey]:
    """Make a key with the rights of another one, which ends after `grace`. Raises `Refused` as `revoke` does."""
    return keys_of(where).rotate(key_id, now, grace)


def person_token(where: Settings, tenant: str, person: Person, now: datetime, lasts: timedelta) -> str:
    """Return a token that says who searches, and in which groups."""
    return PersonTokens(Signing(where).secret(TOKENS)).make(tenant, person, now, lasts)


def keys_of(where: Settings) -> ApiKeys:
    """Return the keys of this installation."""
    return ApiKeys(where, Signing(where).secret(KEYS))
