"""The one total order of a document's events: which of any two of them holds, in whatever order they arrive. Pure.

A revision is one unsigned number of 256 bits; of two events of one document the one with the greater revision holds:

    version 64 | deletion 8 | occurred_at, ms 48 | narrowness of the list 16 | digest of the whole event 120

So the version decides. Of equal versions a deletion (a rename is one) holds, then what occurred later, then the list
that shows the document to fewer; whatever is still equal is settled by the content. The same event, sent again, is the
same revision.
"""

from collections.abc import Sequence
from hashlib import sha256

from schemas.codec import encode
from schemas.documents import EVERYONE, DocumentChange, Removal
from schemas.instants import milliseconds

BYTES = 32
"""Of a revision."""

_VERSION, _DELETED, _OCCURRED, _NARROW = 192, 184, 136, 120
_LATEST_MS = 2**48 - 1
_BROADEST = 65_535
_DIGEST_BYTES = 15


def revision(event: DocumentChange, acl: Sequence[str]) -> int:
    """Return the event's place in the order of its document's events; `acl` is the list that holds for it."""
    return (
        event.version << _VERSION
        | isinstance(event, Removal) << _DELETED
        | min(max(milliseconds(event.occurred_at), 0), _LATEST_MS) << _OCCURRED
        | (_BROADEST - breadth(acl)) << _NARROW
        | int.from_bytes(sha256(encode(event)).digest()[:_DIGEST_BYTES], "big")
    )


def breadth(acl: Sequence[str]) -> int:
    """Return how many a list shows its document to, as far as the list alone tells: groups, or 65,535 for everyone."""
    return _BROADEST if EVERYONE in acl else min(len(set(acl)), _BROADEST - 1)


def hexadecimal(number: int) -> str:
    """Return a revision as text of one width, so that texts compare as revisions do."""
    return f"{number:0{2 * BYTES}x}"
