"""An address that is sent JSON and answers with a body: time limits, a bounded answer, the host's key, errors by kind.

A circuit breaker: an endpoint that does not answer is not asked again for some seconds, so that callers fail at once
and nothing else waits for it.
"""

import http.client
import io
import json
import socket
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from stores import settings
from stores.errors import Misconfigured, Refused, Retryable

_CONNECT_S = 5.0
_PIECE = 1024 * 1024
_SAID: Final = 200
_NOT_NOW = frozenset({408, 409, 425, 429})
_KEY_WANTED = frozenset({401, 403})


class JsonEndpoint:
    """One address. Several threads may call it.

    `keys` names the setting with its keys by host. Seconds: `read_s` for a pause in an answer, `whole_s` for all of it,
    `rest_s` in which it is left alone after a failure. An answer has `most_bytes` at most.
    """

    def __init__(
        self, address: str, keys: settings.KeysOf, *, read_s: float, whole_s: float, rest_s: float, most_bytes: int
    ) -> None:
        self.host = urlsplit(address).hostname or ""
        self._address, self._keys = address, keys
        self._whole_s, self._rest_s, self._most_bytes = whole_s, rest_s, most_bytes
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=read_s)
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=timeout)
        self._pool.pool_classes_by_scheme = _pools(whole_s)
        self._rests_until, self._because = 0.0, ""

    def post(self, asked: Mapping[str, Any]) -> bytes:
        """Return the body of the answer; redirects are not followed.

        Raises `Retryable` while the endpoint is away or busy, `Misconfigured` when it wants another key, and `Refused`
        when it refuses the request. No error has a key in it.
        """
        if time.monotonic() < self._rests_until:
            raise Retryable(f"{self._because}; asked again in {self._rest_s:.0f} s at most")
        headers, key = {"Content-Type": "application/json"}, settings.endpoint_key(self._keys, self.host)
        if key is not None:
            headers["Authorization"] = f"Bearer {key.get_secret_value()}"
        try:
            answer = self._pool.request(
                "POST", self._address, body=json.dumps(asked).encode(), headers=headers, redirect=False,
                preload_content=False,
            )  # fmt: skip
            with answer:
                body = self._read(answer)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise self._away(f"{self.host} has not answered within {self._whole_s:g} s") from error
        except urllib3.exceptions.HTTPError as error:
            raise self._away(f"{self.host} does not answer: {_short(str(error))}") from error
        answered = body[: 8 * _SAID].decode(errors="replace")
        if key is not None:
            answered = answered.replace(key.get_secret_value(), "(the key)")
        said = f"{self.host} answered {answer.status}: {_short(answered)}"
        if answer.status in _NOT_NOW or answer.status >= 500:
            raise self._away(said)
        if answer.status in _KEY_WANTED:
            variable = settings.keys_variable(self._keys)
            raise Misconfigured(f'{said}; set its key in {variable} as {{"{self.host}": "..."}}')
        if answer.status != 200:
            raise Refused(said)
        if len(body) > self._most_bytes:
            raise Refused(f"{self.host} answered with more than {self._most_bytes:,} bytes")
        return body

    def _read(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        """Return the body, cut off behind the most."""
        pieces, size = list[bytes](), 0
        while size <= self._most_bytes and (piece := answer.read1(_PIECE)):
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def _away(self, because: str) -> Retryable:
        self._rests_until, self._because = time.monotonic() + self._rest_s, because
        return Retryable(because)


def _short(text: str) -> str:
    return " ".join(text[: 4 * _SAID].split())[:_SAID]


class _Until(io.RawIOBase):
    """What a socket receives, until a moment that nothing puts off which it sends meanwhile."""

    def __init__(self, received: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._received, self._sock, self._until, self._pause_s = received, sock, until, sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  # a writable buffer
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left if self._pause_s is None else min(left, self._pause_s))
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


def _pools(whole_s: float) -> dict[str, type[HTTPConnectionPool]]:
    """Return pools of connections whose answers, lines of state and headers among them, take so many seconds at most.

    A time limit of a socket is for a pause alone: who sends a byte now and then would hold its caller for good.
    """

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *more: Any, **named: Any) -> None:  # noqa: ANN401  # the library's
            super().__init__(sock, *more, **named)
            self.fp = io.BufferedReader(_Until(self.fp.detach(), sock, time.monotonic() + whole_s))

    class Plain(HTTPConnection):
        response_class = Answer

    class Encrypted(HTTPSConnection):
        response_class = Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}
