"""One page of Markdown or HTML: its title, its text, its addresses and its links. Pure.

Front matter (YAML between lines of `---`) gives title and addresses and is no part of the text. Without a title there
the first heading is it, else the file's name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from selectolax.lexbor import LexborHTMLParser

from connectors import links
from connectors.links import Link

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\s*?(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|permalink|author):[ \t]*(?:[>|][+-]?[ \t]*)?(.*(?:\n[ \t]+\S.*)*)$", re.MULTILINE)
_ALIASES = re.compile(r"^(?:redirect_from|aliases):[ \t]*(?:\[(.*?)\]|((?:\n[ \t]*-[ \t].*)+)|(.*))$", re.MULTILINE)
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
_HTML = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: title and text as they are sent, where else it is published, who its front matter says wrote it."""

    title: str
    body: str
    addresses: tuple[str, ...] = ()
    author: str | None = None
    links: tuple[Link, ...] = ()


def is_page(path: str) -> bool:
    """Return whether a name is one of Markdown or HTML."""
    return path.lower().endswith(links.SUFFIXES)


def page(path: str, text: str) -> Page:
    """Return the page that a file with this text is."""
    front = _FRONT_MATTER.match(text)
    fields = {name: _unquoted(" ".join(value.split())) for name, value in _FIELD.findall(front[1])} if front else {}
    body = (text[front.end() :] if front else text).strip()
    is_html = path.lower().endswith(_HTML)
    title = fields.get("title") or (_html_title(body) if is_html else _markdown_title(body)) or PurePosixPath(path).stem
    addresses = (*([fields["permalink"]] if fields.get("permalink") else []), *(_aliases(front[1]) if front else ()))
    found = links.of_html(body) if is_html else links.of_markdown(body)
    return Page(title, body, addresses, fields.get("author") or None, tuple(found))


def _markdown_title(body: str) -> str:
    heading = _HEADING.search(body)
    return heading[1] if heading else ""


def _html_title(body: str) -> str:
    tree = LexborHTMLParser(body)
    found = (" ".join(node.text(separator=" ").split()) for node in (*tree.css("title"), *tree.css("h1")))
    return next(filter(None, found), "")


def _aliases(front: str) -> Iterator[str]:
    for inline, listed, single in _ALIASES.findall(front):
        for value in inline.split(",") if inline else listed.split("\n") if listed else [single]:
            if address := _unquoted(value.strip().removeprefix("-").strip()):
                yield address


def _unquoted(value: str) -> str:
    return value.strip("\"'")
