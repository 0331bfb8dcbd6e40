"""What is signed of an event, and the signature as it stands on the wire.

The bytes under a signature are a context line and the event's canonical JSON: every field, the type and the tenant
among them, with the signer's name and key but without the signature's value. Keys are sorted, text is escaped to ASCII,
numbers are in their shortest exact form, instants are in UTC, absent fields are left out: whoever decodes the event and
encodes it again, in whatever order or offset, gets the same bytes. A field that is added later has to be optional and
None by default, or what was signed before cannot be verified any more.
"""

import json
from datetime import UTC, datetime
from typing import Annotated

from pydantic import StringConstraints

from schemas.envelope import Event, Words
from schemas.ids import OpaqueId

EVENT_CONTEXT = b"tidewheel learning event 1\n"
"""Begins the bytes of an event, so that a signature of anything else is never one of an event."""

KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""The first 32 hexadecimal digits of the SHA-256 of a raw public key."""


class Signature(Words):
    """Who signed, with which key, and the Ed25519 signature (RFC 8032) in base64: 64 bytes, 88 characters."""

    signer: OpaqueId
    key_id: KeyId
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$")]


def signed_bytes(event: Event, signer: str, key_id: str) -> bytes:
    """Return the bytes that `signer` signs with the key `key_id` to say that `event` is theirs."""
    said = event.model_dump(exclude_none=True, exclude={"signature"})
    said["signature"] = {"signer": signer, "key_id": key_id}
    return EVENT_CONTEXT + canonical(said)


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value that is made of plain values, lists, objects and aware instants."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_in_utc
    ).encode()


def _in_utc(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no canonical form")
