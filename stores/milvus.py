"""How Milvus is spoken to: its errors by what the caller should do, and values as text of its filter language."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import grpc
from pymilvus.exceptions import ConnectError, MilvusException

from stores.error_texts import unanswered
from stores.errors import Misconfigured, Poison, Retryable, TidewheelError

T = TypeVar("T")

_ABSENT, _ABSENT_BEFORE_2_3 = 100, 4
_RELEASED = 101
_BAD_INPUT, _BAD_INPUT_BEFORE_2_3 = {1100, 1101, 1804}, 6
"""Milvus Lite tells the codes from before 2.3 beside the new ones, whose numbers mean other things."""

_PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    *(2, 8),  # connection failed, over the rate limit; for others the server says whether to retry
}
_DENIED = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


class CollectionMissing(Retryable):
    """The collection is not there; the indexer builds the collections that the serving record names anew."""


class CollectionReleased(Retryable):
    """The collection is there but not loaded, as after a restart of Milvus Lite: load it and call again."""


def literal(value: str) -> str:
    """Return `value` as a string of Milvus's filter language.

    Raises `Poison` for control characters, which no id may hold and which end a string there.
    """
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise Poison(f"{value!r} holds a control character and cannot name anything")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_of(field: str, values: Sequence[str]) -> str:
    """Return the filter for rows whose `field` is one of `values`."""
    return f"{field} in {listed(values)}"


def between(field: str, after: str, last: str | None) -> str:
    """Return the filter for rows whose `field` is greater than `after` and at most `last`, bytewise; "" for all."""
    bounds = [f"{field} > {literal(after)}"] if after else []
    return " and ".join(bounds + ([f"{field} <= {literal(last)}"] if last is not None else []))


def guarded(call: Callable[[], T]) -> T:
    """Return what the call returns, its driver errors sorted by what the caller should do (see `stores.errors`)."""
    try:
        return call()
    except (grpc.RpcError, MilvusException) as error:
        known = _sorted(error)
        if known is None:
            raise
        raise known from error


def _sorted(error: Exception) -> TidewheelError | None:
    message = str(getattr(error, "message", error))
    code, older = getattr(error, "code", None), getattr(error, "compatible_code", None)
    code = code() if callable(code) else code
    if code in _DENIED:
        return Misconfigured(f"Milvus refused the user; check TIDEWHEEL_MILVUS_TOKEN ({message})")
    if code == _ABSENT or older == _ABSENT_BEFORE_2_3:
        return CollectionMissing(f"Milvus: {message}")
    if code == _RELEASED:
        return CollectionReleased(f"Milvus: {message}")
    if code in _PASSING or getattr(error, "retriable", False) or isinstance(error, ConnectError):
        return unanswered("Milvus", message)
    if code in _BAD_INPUT or older == _BAD_INPUT_BEFORE_2_3 or getattr(error, "is_input_error", False):
        return Poison(f"Milvus cannot take this: {message}")
    return None


def listed(values: Sequence[str]) -> str:
    """Return the values as a list of the filter language."""
    return "[" + ", ".join(literal(value) for value in values) + "]"
