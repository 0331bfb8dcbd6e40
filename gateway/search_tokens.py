"""Search tokens: what a person was shown, sealed, so that a click needs to name no more than the token and a document.

A token holds tenant, person, search, query and the documents in their order, packed, behind a code that only this
installation can make (BLAKE2b, 128 bits, keyed). Nothing is unpacked before the code is right.
"""

import base64
import binascii
import hmac
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

import orjson

from gateway.answers import Answered
from schemas.instants import instant, milliseconds

PURPOSE = "search tokens"
"""What the installation's key is asked for."""

MAX_TOKEN = 48 * 1024
"""Characters: a hundred results with the longest ids fit."""

_CODE = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody was shown: the documents of a search, best first, when it was answered."""

    tenant: str
    user: str
    search: str
    query: str
    documents: tuple[str, ...]
    at: datetime


class SearchTokens:
    """Makes and reads tokens. `secret` is what the installation's key gives for `PURPOSE`."""

    def __init__(self, secret: bytes, lasts: timedelta) -> None:
        self._secret = secret
        self._lasts = lasts

    def make(self, shown: Shown) -> str:
        """Return the token of what was shown."""
        said = [shown.tenant, shown.user, shown.search, shown.query, shown.documents, milliseconds(shown.at)]
        packed = zlib.compress(orjson.dumps(said))
        return base64.urlsafe_b64encode(self._code(packed) + packed).decode().rstrip("=")

    def read(self, token: str, now: datetime) -> Shown:
        """Return what was shown. Raises `Answered` (403) for a token that is altered, of another key, or over."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _NOT_BELIEVED from error
        code, packed = sealed[:_CODE], sealed[_CODE:]
        if len(token) > MAX_TOKEN or not hmac.compare_digest(code, self._code(packed)):
            raise _NOT_BELIEVED
        tenant, user, search, query, documents, at = orjson.loads(zlib.decompress(packed))
        shown = Shown(tenant, user, search, query, tuple(documents), instant(at))
        if now > shown.at + self._lasts:
            raise Answered(403, "Forbidden", "the search token is over; clicks on its results count no more")
        return shown

    def _code(self, packed: bytes) -> bytes:
        return blake2b(packed, key=self._secret, digest_size=_CODE).digest()


_NOT_BELIEVED = Answered(403, "Forbidden", "the search token is not one of this installation's, or was altered")
