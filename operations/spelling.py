"""In which writings a text names a person: other case, other forms of the same letters, JSON's and URLs' escapes.

Dead letters are what no reader could make sense of, so nothing is known of their form: they are searched as text, after
every escape that a sender may have put around an id was undone. Pure functions of their arguments.
"""

import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from urllib.parse import unquote

_ROUNDS = 3
"""Escapes within escapes that are undone: a URL in a JSON text in a JSON text."""
_ESCAPED = re.compile(r"""(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]""")
_SPACES = "bfnrt"
_BYTE_ORDER = (BOM_UTF16_LE, BOM_UTF16_BE)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_INNER = ".@+-'"
"""Characters that join two words to one id: `ana` is not named by `ana@example.com` or `mary-ana`."""


def folded(text: str) -> str:
    """Return the text in the one form that all its spellings have: NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def mentions(content: bytes, person: str) -> bool:
    """Tell whether the bytes name the person, as a word of its own, in any spelling."""
    wanted = folded(person)
    for text in map(folded, readings(content)):
        if _stands_in(text, wanted) or (" " in wanted and _stands_in(text.replace("+", " "), wanted)):
            return True
    return False


def tenants_in(content: bytes) -> frozenset[str]:
    """Return the tenants that the bytes name in a field `tenant`, in JSON, in a form or in a log line."""
    return frozenset(name for text in readings(content) for name in _TENANT.findall(text))


_TENANT = re.compile(r"""\btenant["']?\s*[:=]\s*["']?([a-z0-9][a-z0-9-]{0,31})""")


def readings(content: bytes) -> Iterator[str]:
    """Yield the bytes as text, in every encoding that they may have, with JSON's and URLs' escapes undone by layers."""
    try:
        texts = {content.decode()}
    except UnicodeDecodeError:
        texts = {content.decode("utf-8", "replace"), content.decode("latin-1")}
    if b"\0" in content or content.startswith(_BYTE_ORDER):
        texts |= {content.decode(name, "replace") for name in _WIDE}
    seen: set[str] = set()
    for _ in range(_ROUNDS):
        yield from texts - seen
        seen |= texts
        texts = {undone for text in texts for undone in (_ESCAPED.sub(_plain, text), unquote(text))} - seen
    yield from texts


def _plain(escape: re.Match[str]) -> str:
    """Return what an escape of JSON, or a run of code units, stands for; a blank for those that only move on."""
    if escape[0][1] == "u":
        return bytes.fromhex(escape[0].replace("\\u", "")).decode("utf-16-be", "replace")
    return " " if escape[0][1] in _SPACES else escape[0][1]


def _stands_in(text: str, wanted: str) -> bool:
    at = text.find(wanted)
    while at >= 0:
        if not _joined(text[:at][-2:][::-1]) and not _joined(text[at + len(wanted) :][:2]):
            return True
        at = text.find(wanted, at + 1)
    return False


def _joined(beside: str) -> bool:
    """Tell whether what stands beside a word, nearest first, makes it a part of a longer one."""
    if not beside:
        return False
    return _is_word(beside[0]) or (beside[0] in _INNER and len(beside) > 1 and _is_word(beside[1]))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
