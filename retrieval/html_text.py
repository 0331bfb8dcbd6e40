"""HTML as people see it: tags, comments, scripts and styles gone, entities as characters, blocks apart. Pure.

Headings begin sections, `pre` is code, rows of tables keep their header. An image gives its alternative text.
"""

import re
from collections import Counter
from collections.abc import Generator, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from retrieval.lines import Line, code, one_line, sentences
from retrieval.text import visible

_BLOCKS = (
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer"
    " form header hr html legend li main nav ol optgroup option p section summary ul"
)
_INLINE = (
    "a abbr acronym b big br button cite code del dfn em font i img input ins kbd label mark q s samp select small span"
    " strike strong sub sup textarea time tt u var wbr"
)
_TABLES = "table thead tbody tfoot tr th td colgroup col"
_HIDDEN = "head script style template svg iframe object noframes math audio video canvas"
_HEADINGS = "h1 h2 h3 h4 h5 h6"
_BLOCK, _SKIPPED, _HEADING = {*_BLOCKS.split(), "table", "br"}, {*_HIDDEN.split()}, {*_HEADINGS.split()}
_WHOLE = {*_HEADING, "pre", "tr"}
"""Elements whose text is taken at once."""

_KNOWN = "|".join(sorted({"pre", "title", "link", "meta"}.union(*map(str.split, (
    _BLOCKS, _INLINE, _TABLES, _HIDDEN, _HEADINGS))), key=len, reverse=True))  # fmt: skip

_TAG = re.compile(rf"</(?:{_KNOWN})\s*>|<(?:br|hr|img|wbr|p|li)(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{_KNOWN})(?:[\s/>]|$)|!--|!doctype)", re.IGNORECASE)
_BEGINS = re.compile(
    rf"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|{'|'.join(_BLOCK)}|pre|h[1-6])[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_NESTING = (
    "address article aside blockquote center details dialog div dl fieldset figure footer form header main"
    " nav ol section ul"
)
_STEP = re.compile(rf"<(/?)({'|'.join(_NESTING.split())})[\s/>]", re.IGNORECASE)
_UNNESTED = {"body", "br", "dd", "dt", "hr", "html", "img", "input", "li", "option", "p", "wbr"}
"""What is empty, or ends where the next of its kind begins."""
_ANY_STEP = re.compile(
    rf"<(/?)({'|'.join({*_BLOCKS.split(), *_INLINE.split(), *_HEADING, 'pre'} - _UNNESTED)})(?=[\s/>])", re.IGNORECASE
)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_DEEPEST = 2_000
"""Elements in one another beyond which the parser becomes slow: then tags are left out without regard to structure."""

_WALKED = 500_000_000
"""Elements that the parser may walk past, a few seconds' work: every tag past all that is open. Beyond it the same."""

_FORMAT = re.compile(r"<(/?)(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE)
_FORMATS = re.compile(
    r"<(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/>])(?:(?:\s+[\w-]+=\"[^\"<>]*\")*+\s*>)?",
    re.IGNORECASE,
)
"""Tags of formatting, whole where they are plain; what is no plain one counts as different from all others."""

_ALIKE = 3
"""Elements of formatting with the same attributes that the parser keeps open."""

_REOPENED = 500_000
"""Elements of formatting that the parser may open again, a second's work: beyond it they are read as plain spans."""


def has_tags(text: str) -> bool:
    """Return whether the text has tags or comments of HTML; `a < b` and `List<String>` are none."""
    return _TAG.search(text) is not None


def is_page(text: str) -> bool:
    """Return whether the text is HTML from its beginning."""
    return _BEGINS.match(text) is not None


def html_lines(text: str, spaced: bool = False) -> Iterator[Line]:
    """Yield what is seen of HTML, in order; with `spaced` the ends of its lines are those of the text, as in Markdown.

    What is no tag of HTML, for instance `<String>`, is text.
    """
    source = _NO_TAG.sub("&lt;", text)
    if _depth(source, _STEP) > _DEEPEST or source.count("<") * _depth(source, _ANY_STEP) > _WALKED:
        yield from sentences(_ANY_TAG.sub(" ", source))
        return
    if _reopened(source) > _REOPENED:
        source = _FORMAT.sub(r"<\1span", source)
    body = LexborHTMLParser(source.encode("utf-8", "replace")).body
    if body is not None:
        yield from _Reader(spaced).read(body)


def _depth(source: str, step: re.Pattern[str]) -> int:
    """Return how many elements stand in one another at most; the end of one ends all that it holds."""
    path, count, deepest = list[str](), Counter[str](), 0
    for tag in step.finditer(source):
        name = tag[2].lower()
        if not tag[1]:
            path.append(name)
            count[name] += 1
            deepest = max(deepest, len(path))
        while tag[1] and count[name]:
            left = path.pop()
            count[left] -= 1
            if left == name:
                break
    return deepest


def _reopened(source: str) -> int:
    """Return how many elements the parser opens again at most: after every tag, formatting that nothing closed.

    That a tag closes it is not believed: it may stand in a comment, in a script or in a table's cell.
    """
    kinds = Counter(tag[0] if tag[0].endswith(">") else tag.start() for tag in _FORMATS.finditer(source))
    return source.count("<") * sum(min(_ALIKE, count) for count in kinds.values())


class _Reader:
    """Reads one tree: what was read of the present block, and the header of the present table."""

    def __init__(self, spaced: bool) -> None:
        self._spaced = spaced
        self._text: list[str] = []
        self._header = ""

    def read(self, root: LexborNode) -> Iterator[Line]:
        """Yield the lines of a tree, however deep: node by node, into each one's children and out again."""
        node, end = root, root.mem_id
        while True:
            if inner := (yield from self._visited(node)):
                node = inner
                continue
            while node.mem_id != end and node.next is None and node.parent is not None:
                node = node.parent
                yield from self._left(node)
            if node.mem_id == end or node.next is None:
                break
            node = node.next
        yield from self._ended()

    def _visited(self, node: LexborNode) -> Generator[Line, None, LexborNode | None]:
        """Yield what a node itself says; return its first child when those are still to be visited."""
        if node.is_text_node:
            self._add(node.text_content or "")
        if not node.is_element_node or node.tag in _SKIPPED:
            return None
        yield from self._enter(node)
        return None if node.tag in _WHOLE else node.first_child

    def _add(self, text: str) -> None:
        self._text.append(text if self._spaced else re.sub(r"\s+", " ", text))

    def _enter(self, node: LexborNode) -> Iterator[Line]:
        if node.tag == "img":
            self._add(f" {node.attributes.get('alt') or ''} ")
        if node.tag in _BLOCK or node.tag in _WHOLE:
            yield from self._ended()
        if node.tag == "table":
            self._header = ""
        elif node.tag in _HEADING:
            text = one_line(node.text(separator=""))
            yield from [Line(text, heading=True)] if visible(text) else []
        elif node.tag == "pre":
            yield from code(node.text(separator=""))
        elif node.tag == "tr":
            yield from self._row(node)

    def _left(self, node: LexborNode) -> Iterator[Line]:
        if node.tag in _BLOCK:
            yield from self._ended()

    def _row(self, node: LexborNode) -> Iterator[Line]:
        cells = [cell for cell in node.iter() if cell.tag in ("td", "th")]
        text = " | ".join(one_line(cell.text(separator=" ")) for cell in cells)
        if visible(text.replace("|", "")):
            yield Line(text, own_line=True, lead=self._header)
        if not self._header and cells and all(cell.tag == "th" for cell in cells):
            self._header = text

    def _ended(self) -> Iterator[Line]:
        """Yield the sentences of the block that ends here."""
        text, self._text = "".join(self._text), []
        yield from sentences(text)
