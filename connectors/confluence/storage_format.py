"""Confluence's storage format, XHTML with elements of its own (`ac:`, `ri:`), as HTML that any reader knows. Pure.

Code macros become `pre`, links the words that people see, parameters and ids of macros nothing; what a macro encloses
stays. What is no XML, as very old pages are, is taken as it is, without those elements.
"""

import html
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

_NAMESPACES = '<page xmlns:ac="ac" xmlns:ri="ri" xmlns:at="at">'
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#)\b)([A-Za-z][A-Za-z0-9]{1,30};)")
_SPLIT_END = re.compile(r"\]\]\s>")
"""A `]]>` within CDATA: the export writes it apart."""

_OWN_TAG = re.compile(r"</?(?:ac|ri|at):[^<>]*>|<!\[CDATA\[|\]\]>")
_HIDDEN = {
    "{ac}parameter",
    "{ac}task-id",
    "{ac}task-status",
    "{ac}placeholder",
    "{ac}adf-attribute",
    "{ac}adf-fallback",
}
_VOID = {"br", "hr", "img", "col", "wbr"}
_KEPT = {"href": "a", "alt": "img"}


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to another page: its title, the key of its space (empty: the same), and the words of the link."""

    title: str
    space: str
    words: str


@dataclass(slots=True)
class Converted:
    """The HTML of a page, and its links to others."""

    html: str
    links: list[PageLink] = field(default_factory=list)


def converted(storage: str) -> Converted:
    """Return a page's body as HTML."""
    whole = _SPLIT_END.sub("]]>", storage)
    named = _ENTITY.sub(lambda entity: html.unescape(entity[0]), whole)
    reader = _Reader()
    parser = ElementTree.XMLParser(target=reader)
    try:
        parser.feed(f"{_NAMESPACES}{named}</page>")
        parser.close()
    except ElementTree.ParseError:
        return Converted(_OWN_TAG.sub(" ", whole))
    return Converted("".join(reader.written), reader.links)


class _Reader:
    """Writes HTML while the parser reads; it holds nothing of the tree, so depth costs nothing."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.links: list[PageLink] = []
        self._hidden = 0
        self._link: tuple[str, str] | None = None
        self._words = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        if self._hidden or tag in _HIDDEN:
            self._hidden += 1
        elif tag == "{ac}plain-text-body":
            self.written.append("<pre>")
        elif tag == "{ac}link":
            self._link, self._words = None, len(self.written)
        elif tag == "{ri}page" or tag == "{ri}blog-post":
            self._link = attributes.get("{ri}content-title", ""), attributes.get("{ri}space-key", "")
        elif tag == "{ac}image":
            self.written.append(html.escape(attributes.get("{ac}alt", "")))
        elif tag == "time":
            self.written.append(html.escape(attributes.get("datetime", "")))
        elif not tag.startswith("{") and tag != "page":
            said = "".join(
                f' {name}="{html.escape(value)}"' for name, value in attributes.items() if _KEPT.get(name) == tag
            )
            self.written.append(f"<{tag}{said}>")

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._hidden:
            self._hidden -= 1
        elif tag == "{ac}plain-text-body":
            self.written.append("</pre>")
        elif tag == "{ac}link":
            self._end_link()
        elif not tag.startswith("{") and tag != "page" and tag not in _VOID:
            self.written.append(f"</{tag}>")

    def data(self, text: str) -> None:
        """Take text."""
        if not self._hidden:
            self.written.append(html.escape(text, quote=False))

    def close(self) -> None:
        """Be at the end."""

    def _end_link(self) -> None:
        words = " ".join(html.unescape(re.sub(r"<[^<>]*>", "", "".join(self.written[self._words :]))).split())
        if self._link is not None:
            title, space = self._link
            if not words:
                self.written.append(html.escape(title))
            self.links.append(PageLink(title, space, words))
        self._link = None
