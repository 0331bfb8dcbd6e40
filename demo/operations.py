"""Documents out of botocore: one for every operation that a service offers, in people's words.

Nothing is imported from botocore: its data files are read where they lie.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stores.errors import Misconfigured

_BLOCK = re.compile(
    r"</?(?:p|li|ul|ol|dl|dt|dd|div|note|important|caution|br|h\d|table|tr|td|th|fullname)\b[^>]*>", re.I
)
_TAG = re.compile(r"<[^>]+>")
_WORD = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n+")
_NAME = re.compile(r"\b[A-Z][A-Za-z0-9]{4,}\b")

_MAX_ANCHOR = 200
_NOTES = 8


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `text` is its documentation without markup, `notes` are sentences on its parameters.

    `mentions` are the other operations of the service that the text names, each with the sentence that names it.
    """

    service: str
    name: str
    title: str
    text: str
    notes: tuple[str, ...]
    mentions: tuple[tuple[str, str], ...]


def package_directory(package: str) -> Path:
    """Return where `package` is installed, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured(
            f"the demo reads its text out of the Python package '{package}', which is not installed: "
            f"run `pip install {package}`, or install tidewheel[demo]"
        )
    return Path(spec.submodule_search_locations[0])


def read_service(service: str) -> dict[str, Operation]:
    """Return the operations of botocore's `service` (its directory name) by name, in the order of their names."""
    model = _model(package_directory("botocore") / "data" / service)
    names = frozenset(model["operations"])
    label = model["metadata"].get("serviceId", service)
    return {name: _operation(service, label, name, model, names) for name in sorted(names)}


def plain(html: str) -> str:
    """Return the text of an HTML fragment: a line for each block, single spaces within."""
    text = unescape(_TAG.sub("", _BLOCK.sub("\n", " ".join(html.split()))))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def sentences(text: str) -> list[str]:
    """Return the sentences of plain text, in order; a line break ends one too."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def clipped(text: str, words: int) -> str:
    """Return the first sentences of the text, at least one, up to `words` words; 0 returns the whole text."""
    if words <= 0:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        kept: list[str] = []
        for sentence in sentences(line):
            words -= len(sentence.split())
            if words < 0 and (lines or kept):
                return "\n".join([*lines, " ".join(kept)]).strip()
            kept.append(sentence)
        lines.append(" ".join(kept))
    return "\n".join(lines)


def in_words(name: str) -> str:
    """Return an operation's name as people would say it: `CreateDBInstance` becomes `create DB instance`."""
    return " ".join(word if _is_acronym(word) else word.lower() for word in _WORD.findall(name))


def _is_acronym(word: str) -> bool:
    return word.isupper() or (len(word) > 2 and word.endswith("s") and word[:-1].isupper())


def _model(directory: Path) -> dict[str, Any]:
    versions = sorted(directory.glob("*/service-2.json*"))
    if not versions:
        raise Misconfigured(
            f"botocore at {directory.parent} has no service '{directory.name}': install the version that "
            "constraints.txt names, or ask for other services"
        )
    newest = versions[-1]
    raw = gzip.decompress(newest.read_bytes()) if newest.suffix == ".gz" else newest.read_bytes()
    model: dict[str, Any] = json.loads(raw)
    return model


def _operation(service: str, label: str, name: str, model: dict[str, Any], names: frozenset[str]) -> Operation:
    described = model["operations"][name]
    text = plain(described.get("documentation", ""))
    shape = model["shapes"].get(described.get("input", {}).get("shape", ""), {})
    return Operation(
        service=service,
        name=name,
        title=f"{label}: {in_words(name)}",
        text=text,
        notes=tuple(_notes(shape.get("members", {}))),
        mentions=tuple(_mentions(name, text, names)),
    )


def _notes(members: dict[str, Any]) -> Iterator[str]:
    """Yield the first sentence on each of the first parameters, where it says something."""
    result = 0
    for member in members.values():
        first = next(iter(sentences(plain(member.get("documentation", "")))), "")
        if len(first.split()) >= 5 and result < _NOTES:
            result += 1
            yield first


def _mentions(name: str, text: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    seen = {name}
    for sentence in sentences(text):
        for word in _NAME.findall(sentence):
            if word in names and word not in seen:
                seen.add(word)
                yield word, sentence[:_MAX_ANCHOR].strip()
