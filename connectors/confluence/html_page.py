"""One page of an HTML export of Confluence: title, text, parent, author and time. Pure.

The text is what stands in `main-content`; comments, attachments and the frame of the export are none of it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors import links
from connectors.links import Link

_FILE = re.compile(r"(?:.*_)?([0-9]+)\.html")
_IN_ADDRESS = re.compile(r"/viewpage\.action\?(?:.*&)?pageId=([0-9]+)|/spaces/[^/]+/pages/([0-9]+)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b([A-Z][a-z]{2})[a-z]* ([0-9]{1,2}), ([0-9]{4})\b|\b([0-9]{1,2}) ([A-Z][a-z]{2})[a-z]*\.? ([0-9]{4})\b"
)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A page: `parent` is a page's number, `changed` is None where the export's language hides the date."""

    title: str
    body: str
    parent: str | None
    author: str | None
    changed: datetime | None
    links: tuple[Link, ...]


def number_of(address: str) -> str | None:
    """Return the number of the page that a file or an address names, None where it names none."""
    bare = address.split("#", 1)[0]
    if found := _IN_ADDRESS.search(bare):
        return found[1] or found[2]
    file = _FILE.fullmatch(bare.rsplit("/", 1)[-1])
    return file[1] if file and "//" not in bare else None


def html_page(text: str) -> HtmlPage | None:
    """Return the page that a file is, None for one that is no page (`index.html`)."""
    tree = LexborHTMLParser(text)
    main = tree.css_first("#main-content")
    title = tree.css_first("#title-text") or tree.css_first("title")
    if main is None or title is None or tree.css_first("#breadcrumbs") is None:
        return None
    above = [number_of(node.attributes.get("href") or "") for node in tree.css("#breadcrumbs a")]
    space = tree.css_first("#breadcrumbs a")
    return HtmlPage(
        title=_without_space(_line(title), _line(space) if space else ""),
        body=main.html or "",
        parent=next((found for found in reversed(above) if found), None),
        author=next(
            (_line(node) for css in (".editor", ".author") for node in tree.css(f".page-metadata {css}")), None
        ),
        changed=_date(" ".join(_line(node) for node in tree.css(".page-metadata"))),
        links=tuple(links.of_html(main.html or "")),
    )


def _without_space(title: str, space: str) -> str:
    return title.removeprefix(f"{space} : ").strip() if space else title


def _line(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _date(metadata: str) -> datetime | None:
    """Return the last date that the line about the page names: when it was changed, else when it was made."""
    for found in reversed(list(_DATE.finditer(metadata))):
        month, day, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        if month.lower() in _MONTHS:
            try:
                return datetime(int(year), _MONTHS.index(month.lower()) + 1, int(day), tzinfo=UTC)
            except ValueError:
                return None
    return None
