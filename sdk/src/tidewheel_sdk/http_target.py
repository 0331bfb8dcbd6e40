"""The gateway over HTTP: one kept connection, arrays of events, a verdict on each.

Only what the gateway says of an event itself refuses it for good. A wrong key, a wrong address, a busy gateway or
whatever stands before it and answers in its place keeps events waiting: people can mend those.
"""

import gzip
import http.client
import json
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tidewheel_sdk.backoff import retry_after
from tidewheel_sdk.errors import Away
from tidewheel_sdk.targets import Verdict, digest
from tidewheel_sdk.wire import Item

LOG = logging.getLogger("tidewheel_sdk")

PATH = "/v1/events"
_PACKED_FROM = 4_096
"""Bytes from which a body is packed (gzip)."""

_MOST_ANSWER = 64 * 2**20
_OF_THE_BODY = {413, 422}
"""Statuses that blame the body: it is sent in halves until the one event that is to blame is alone.

400 is none of them: the gateway says it of requests that came damaged, and many servers of requests that were not meant
for them.
"""

_GATEWAY_S_OWN = "application/problem+json"
"""The type of what the gateway answers that is no receipt."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class HttpTarget:
    """A gateway at `url`, asked with an API key of the scope `events`."""

    def __init__(
        self, url: str, key: str, *, timeout_s: float = 20.0, packed: bool = True, tls: ssl.SSLContext | None = None
    ) -> None:
        """Take the address and the key; nothing is sent yet. Raises `ValueError` for an address that is none."""
        where = urlsplit(url)
        if where.scheme not in ("http", "https") or not where.hostname or where.username or where.query:
            raise ValueError(f"an address such as https://search.example is right, not {url!r}")
        if not key or not key.isascii() or not key.isprintable():
            raise ValueError("the API key is empty or no key; `tidewheel keys add` makes one")
        if where.scheme == "http" and where.hostname not in _LOOPBACK:
            LOG.warning("the API key goes to %s without TLS", where.hostname)
        self.name = f"{where.scheme}://{where.netloc}{where.path.rstrip('/')}"
        self.key_digest = digest(key)
        self._where, self._path = where, where.path.rstrip("/") + PATH
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._timeout_s, self._packed = timeout_s, packed
        self._tls = tls or (ssl.create_default_context() if where.scheme == "https" else None)
        self._connection: http.client.HTTPConnection | None = None

    def send(self, items: Sequence[Item]) -> list[Verdict]:
        """Return the gateway's verdicts. Raises `Away`."""
        status, headers, body = self._posted(b"[" + b",".join(item.body for item in items) + b"]")
        verdicts = _receipt(body, len(items)) if status in (202, 422) else None
        if verdicts is not None:
            return verdicts
        if status in _OF_THE_BODY:
            if len(items) > 1:
                middle = len(items) // 2
                return self.send(items[:middle]) + self.send(items[middle:])
            if status == 413 or headers.get_content_type() == _GATEWAY_S_OWN:
                return [Verdict(False, _problem(status, body))]
        asked = retry_after(headers.get("retry-after"), datetime.now(UTC))
        raise Away(f"{self.name} answered {_problem(status, body)}", asked)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _posted(self, body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Post a body; once more when a kept connection turns out to be closed, which says nothing of the gateway."""
        headers = self._headers
        if self._packed and len(body) >= _PACKED_FROM:
            body, headers = gzip.compress(body, 1), {**headers, "content-encoding": "gzip"}
        kept = self._connection is not None
        try:
            return self._exchange(body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not kept or isinstance(error, TimeoutError):
                raise Away(f"{self.name} does not answer ({type(error).__name__}: {error})") from error
        try:
            return self._exchange(body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Away(f"{self.name} does not answer ({type(error).__name__}: {error})") from error

    def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self._connection = self._connection or self._connected()
        connection.request("POST", self._path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read(_MOST_ANSWER)

    def _connected(self) -> http.client.HTTPConnection:
        host, port = str(self._where.hostname), self._where.port
        if self._tls is not None:
            return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)


def _receipt(body: bytes, count: int) -> list[Verdict] | None:
    """Return the verdicts of a receipt; None for anything else than one verdict on each of `count` items."""
    try:
        items = json.loads(body)["items"]
        found = {item["index"]: item for item in items}
        if len(items) != count or set(found) != set(range(count)):
            return None
        return [_verdict(found[index]) for index in range(count)]
    except (ValueError, KeyError, TypeError):
        return None


def _verdict(item: dict[str, object]) -> Verdict:
    cut = item.get("cut")
    names = tuple(map(str, cut)) if isinstance(cut, list) else ()
    return Verdict(item["status"] == "accepted", str(item.get("reason") or ""), names)


def _problem(status: int, body: bytes) -> str:
    """Return a status with what the problem document says, if it is one."""
    try:
        return f"{status}: {json.loads(body)['detail']}"
    except (ValueError, KeyError, TypeError):
        return str(status)
