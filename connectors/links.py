"""Links of Markdown and HTML with the words that carry them, and which document of a tree each leads to. Pure."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

_CODE = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(`+)(?!`)[^\n]*?\2", re.MULTILINE | re.DOTALL)
_WORDS = r"\[((?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\]|\n(?!\n)){1,2000})\]"
_INLINE = re.compile(
    rf"(?<!!){_WORDS}\(\s*(<[^<>\n]*>|(?:\{{\{{[^{{}}\n]*\}}\}}|\{{%[^%\n]*%\}}|[^\s()]|\([^\s()]*\))+)[^()\n]*\)"
)
_REFERENCE = re.compile(rf"(?<!!){_WORDS}\[([^\[\]\n]*)\]")
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]+)\]:[ \t]*(<[^<>\n]*>|\S+)", re.MULTILINE)
_WIKI = re.compile(r"(?<!!)\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\]")
_MARKS = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)|[*_`~]{1,3}|<[^<>]*>")
_TAG = re.compile(r"<a\s", re.IGNORECASE)
_TEMPLATE = re.compile(r"^\s*(?:\{\{[^{}]*\}\}|\{%-?\s*(?:link|page|post_url)\s+[\"']?(\S+?)[\"']?\s*-?%\})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
SUFFIXES = (".md", ".markdown", ".mdx", ".html", ".htm", ".xhtml")
"""How names of pages end."""

_FOLDER_PAGES = ("index", "readme", "_index")

Link = tuple[str, str]
"""Where it leads, as it is written, and the words that carry it."""


def of_markdown(text: str) -> Iterator[Link]:
    """Yield the links of Markdown in no certain order: inline, by reference, of wikis, and those of HTML in it."""
    bare = _CODE.sub(" ", text)
    for found in _INLINE.finditer(bare):
        yield found[2].strip("<>"), _plain(found[1])
    defined = {name.lower(): target.strip("<>") for name, target in _DEFINITION.findall(bare)}
    for found in _REFERENCE.finditer(bare):
        if target := defined.get((found[2] or found[1]).lower()):
            yield target, _plain(found[1])
    for found in _WIKI.finditer(bare):
        yield found[1].strip(), (found[2] or found[1]).strip()
    if _TAG.search(bare):
        yield from of_html(bare)


def of_html(text: str) -> Iterator[Link]:
    """Yield the links of HTML in their order."""
    for node in LexborHTMLParser(text).css("a[href]"):
        yield node.attributes.get("href") or "", " ".join(node.text(separator=" ").split())


def _plain(words: str) -> str:
    return " ".join(_MARKS.sub(lambda mark: mark[1] or "", words).replace("\\", "").split())


class Tree:
    """The pages of a tree by the ways in which links name them."""

    def __init__(self, pages: Iterable[str], addresses: Iterable[tuple[str, str]] = ()) -> None:
        """Take the pages' paths, and for pages that are published elsewhere (address, path)."""
        self._named: dict[str, str] = {}
        self._ending: dict[str, str | None] = {}
        for path in sorted(pages):
            for name in _names(path):
                self._named.setdefault(name, path)
                for ending in _endings(name):
                    self._ending[ending] = path if self._ending.get(ending, path) == path else None
        for address, path in addresses:
            self._named[_bare(address)] = path

    def leads_to(self, page: str, target: str) -> str | None:
        """Return the path of the page that a link of `page` leads to; None outside of the tree, and to itself."""
        if templated := _TEMPLATE.match(target):
            target = "/" + (templated[1] or target[templated.end() :]).lstrip("/")
        if _SCHEME.match(target):
            return None
        path = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).strip()
        if not path:
            return None
        absolute = path.startswith("/")
        folders = [""] if absolute else [posixpath.dirname(page), posixpath.splitext(page)[0]]
        joined = [_bare(posixpath.normpath(posixpath.join(folder, path.lstrip("/")))) for folder in folders]
        found = next((self._named[name] for name in joined if name in self._named), None)
        if found is None and (absolute or "/" not in path):
            found = self._ending.get(joined[0] if absolute else _bare(path))
        return found if found != page else None


def _names(path: str) -> Iterator[str]:
    """Yield how links may name a page: with and without its suffix, and by its folder when it is the folder's page."""
    lowered = path.lower()
    yield lowered
    bare = posixpath.splitext(lowered)[0]
    yield bare
    folder, name = posixpath.split(bare)
    if name in _FOLDER_PAGES:
        yield folder


def _endings(name: str) -> Iterator[str]:
    """Yield a name without its first folders: a site's pages need not begin at the top of their tree."""
    folders = name.split("/")
    for first in range(1, len(folders)):
        yield "/".join(folders[first:])


def _bare(path: str) -> str:
    """Return a path in the form of `_names`."""
    lowered = path.strip("/").lower()
    lowered = "" if lowered == "." else lowered
    return lowered.removesuffix(".html") if lowered.endswith(".html") else lowered
