"""Labelled queries out of awscli: people wrote the headings of its examples, the file's path says which operation.

Nothing is imported from awscli: its example files are read where they lie.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from demo.operations import package_directory

CLI_NAMES = {"s3": "s3api", "codedeploy": "deploy", "config": "configservice"}
"""Services that the command line calls otherwise than botocore."""

_BOLD = re.compile(r"^\*\*(.+?)\*\*[ \t]*:{0,2}[ \t]*$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(\w.*)\n[-=~^]{4,}[ \t]*$", re.MULTILINE)
_NUMBERED = re.compile(r"^example(?:\s*\d+)?\s*[:.\u2013-]?\s+|^\d+[.)]\s+", re.IGNORECASE)
_REFERENCE = re.compile(r"`([^`<]*?)\s*<[^>]*>`_{0,2}")
_MARKUP = re.compile(r"``|`|\*+|\\")
_NOT_A_NEED = re.compile(
    r"(?:note|output|command|contents?|prerequisites?|important|examples?|description|see also|additional|step)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[a-z0-9]+")
# fmt: off
_EMPTY = frozenset((
    "a", "about", "all", "amazon", "an", "and", "any", "are", "as", "at", "aws", "by", "details", "existing", "for",
    "from", "if", "in", "information", "into", "is", "it", "more", "multiple", "new", "of", "on", "one", "or", "single",
    "specific", "specified", "that", "the", "their", "this", "to", "using", "via", "with", "you", "your",
))
# fmt: on
_LONGEST = 200


def headings(service: str, operations: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the cleaned headings of the example files of `service`, by the operation that each file shows.

    Only files that name one of `operations` count; a heading is given once for each operation, in the file's order.
    """
    files = package_directory("awscli") / "examples" / CLI_NAMES.get(service, service)
    by_command = {name.lower(): name for name in operations}
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(files.glob("*.rst")):
        name = by_command.get(path.stem.replace("-", ""))
        if name is not None:
            found[name] = tuple(dict.fromkeys(_needs(path)))
    return {name: result for name, result in found.items() if result}


def clean(heading: str) -> str:
    """Return a heading without its number and markup."""
    text = _MARKUP.sub("", _REFERENCE.sub(r"\1", heading))
    return " ".join(_NUMBERED.sub("", " ".join(text.split())).strip().rstrip(":. ").split())


def repeats_name(heading: str, operation: str, service_label: str) -> bool:
    """Tell whether the heading's words all stand in the operation's or the service's name ("To create a role")."""
    name = operation.lower()
    label = {_stem(word) for word in content_words(service_label)}
    return all(word in name or _stem(word) in name or _stem(word) in label for word in content_words(heading))


@cache
def content_words(text: str) -> tuple[str, ...]:
    """Return the lower-case words of a text that carry meaning, in order."""
    return tuple(word for word in _WORDS.findall(text.lower()) if word not in _EMPTY)


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _needs(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    for heading in _BOLD.findall(text) + _UNDERLINED.findall(text):
        need = clean(heading)
        if len(need) <= _LONGEST and len(need.split()) >= 2 and not _NOT_A_NEED.match(need):
            yield need
