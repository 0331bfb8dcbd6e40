"""Who asks: the tenant and rights of the API key that a request shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.answers import Answered
from operations.person_tokens import Person, PersonTokens
from stores.api_keys import ApiKey, ApiKeys, Scope
from stores.errors import Refused

PERSON_HEADER = "x-person-token"


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant of a key, and the key's id, which is no secret."""

    tenant: str
    key: str


class Callers:
    """Tells who asks. `clock` gives the instant (UTC)."""

    def __init__(self, keys: ApiKeys, tokens: PersonTokens, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._tokens = tokens
        self._clock = clock

    def caller(self, headers: Mapping[str, str], scope: Scope) -> Caller:
        """Return who shows a key in `Authorization`. Raises `Answered`: 401 without a key, 403 without the scope."""
        kind, _, presented = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not presented:
            raise Answered(401, "Unauthorized", "send an API key: `Authorization: Bearer tw_...`")
        return _allowed(self._found(presented.strip()), scope)

    def sender(self, headers: Mapping[str, str], in_address: str | None) -> Caller:
        """Return who sends UBI: by the header, or by a key in the address, for senders that can set no header.

        A key in an address ends in the logs of those between, so it may be good for nothing but events.
        """
        if in_address is None:
            return self.caller(headers, "events")
        key = self._found(in_address)
        if set(key.scopes) != {"events"}:
            raise Answered(403, "Forbidden", "a key in the address may have no scope but `events`")
        return _allowed(key, "events")

    def person(self, headers: Mapping[str, str], tenant: str) -> Person | None:
        """Return whose token a request shows, None without one. Raises `Answered` (401) for a wrong one."""
        token = headers.get(PERSON_HEADER)
        if token is None:
            return None
        try:
            return self._tokens.read(token, tenant, self._clock())
        except Refused as error:
            raise Answered(401, "Unauthorized", str(error)) from error

    def _found(self, presented: str) -> ApiKey:
        key = self._keys.find(presented, self._clock())
        if key is None:
            raise Answered(401, "Unauthorized", "the API key is unknown, revoked or over; see `tidewheel keys list`")
        return key


def _allowed(key: ApiKey, scope: Scope) -> Caller:
    if scope not in key.scopes:
        raise Answered(
            403, "Forbidden", f"the key has no scope `{scope}`; `tidewheel keys add --scope {scope}` makes one"
        )
    return Caller(key.tenant, key.id)
