"""`entities.xml` of a Confluence export, object by object: each with its class, its id, and what its fields say.

    <object class="Page"><id name="id">1</id><property name="title">...</property>
      <property name="parent" class="Page"><id name="id">2</id></property>
      <collection name="..."><element class="..."><id name="id">3</id></element></collection></object>

The file may be of any size: an object is forgotten once the next one is read. Bytes that XML forbids, which
real exports have, are read as spaces; a document type, which no export has, is refused, because entities can be bombs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree

from stores.errors import Poison

_FORBIDDEN = bytes.maketrans(bytes({*range(32)} - {9, 10, 13}), b" " * 29)
_CHUNK = 1 << 18
_HEAD = 4_096


class BrokenXml(Poison):
    """A file of entities that cannot be read further; the message says where."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One object: fields with text, ids of other objects, and lists of such ids, by name."""

    kind: str
    id: str
    fields: dict[str, str] = field(default_factory=dict)
    refers: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


def entities(file: IO[bytes]) -> Iterator[Entity]:
    """Yield the objects of a file in their order. Raises `BrokenXml`."""
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("start", "end"))
    root: ElementTree.Element | None = None
    first = True
    try:
        while chunk := file.read(_CHUNK):
            if first and b"<!DOCTYPE" in chunk[:_HEAD].upper():
                raise BrokenXml("it has a document type, which no export of Confluence has")
            first = False
            parser.feed(chunk.translate(_FORBIDDEN))
            for found in parser.read_events():
                event, element = found[0], found[-1]
                assert isinstance(element, ElementTree.Element)
                if root is None:
                    root = element
                elif event == "end" and element.tag == "object":
                    yield _entity(element)
                    root.clear()
        parser.close()
    except ElementTree.ParseError as error:
        raise BrokenXml(f"not XML: {error}; what stands after it was not read") from error


def _entity(element: ElementTree.Element) -> Entity:
    fields: dict[str, str] = {}
    refers: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    own = ""
    for part in element:
        name, inner = part.get("name", ""), part.find("id")
        if part.tag == "id":
            own = (part.text or "").strip()
        elif part.tag == "collection":
            lists[name] = tuple((found.text or "").strip() for found in part.iter("id"))
        elif inner is not None:
            refers[name] = (inner.text or "").strip()
        elif part.text:
            fields[name] = part.text
    return Entity(element.get("class", ""), own, fields, refers, lists)
