"""An export of a Confluence space as items: of `entities.xml` where there is one, else of its HTML pages.

A page is `NAME/NUMBER` in both, so that one export can follow the other. A page leads to the page above it, beside
where its text leads. HTML says nothing of restrictions: its pages are seen by the groups that were stated, else nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors import archives
from connectors.archives import Archive, Unreadable
from connectors.confluence.entities import BrokenXml, Entity, entities
from connectors.confluence.html_page import html_page, number_of
from connectors.confluence.space import Space, lists
from connectors.confluence.storage_format import converted
from connectors.instants import moment
from connectors.items import Document, Fault, Item, LeftOut
from connectors.texts import NoText, text_of
from stores.errors import Misconfigured

_ENTITIES = "entities.xml"
_STORAGE_FORMAT = ("2", "")
"""The type of bodies that the storage format is; old wiki markup is 0."""

_CUT_OFF = "a page above it is not in the export, so it is visible to nobody; export the whole space"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of an export: `name` begins the ids; `acl` sees the pages without restrictions."""

    name: str
    acl: tuple[str, ...]

    def document(self, number: str) -> str:
        """Return the id of a page."""
        return f"{self.name}/{number}"


def read(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the items of an export, a directory or a zip file. Raises `Misconfigured` for what is none."""
    with archives.opened(path) as archive:
        names = archive.names()
        if found := [name for name in names if name.rsplit("/", 1)[-1] == _ENTITIES]:
            yield from _of_xml(archive, min(found, key=len), reading)
        elif pages := [name for name in names if number_of(name) and "/attachments/" not in f"/{name}"]:
            yield from _of_html(archive, pages, reading)
        else:
            raise Misconfigured(f"{path} has neither {_ENTITIES} nor pages like Title_123.html; is it a space export?")


def _of_xml(archive: Archive, name: str, reading: Reading) -> Iterator[Item]:
    """Yield the pages of a file that is read twice: bodies stand before their pages, and need not be kept so."""
    space = Space(reading.name)
    try:
        with archive.stream(name) as file:
            for entity in entities(file):
                space.take(entity)
        acl, titles = lists(space, reading.acl), space.by_title()
        waiting = dict(space.pages)
        with archive.stream(name) as file:
            for entity in entities(file):
                page = waiting.pop(_owner(entity), None) if entity.kind == "BodyContent" else None
                if page is not None:
                    yield _document(page, entity, space, acl[page.id], titles, reading)
        for page in waiting.values():
            yield _document(page, Entity("BodyContent", ""), space, acl[page.id], titles, reading)
        for page in filter(space.is_cut_off, space.pages.values()):
            yield Fault(reading.document(page.id), _CUT_OFF, reading.document(page.id))
    except BrokenXml as error:
        yield Fault(name, str(error))
    yield from (LeftOut("older versions and drafts") for _ in space.older)


def _owner(entity: Entity) -> str:
    return entity.refers.get("content", "")


def _document(
    page: Entity,
    body: Entity,
    space: Space,
    acl: tuple[str, ...],
    titles: Mapping[tuple[str, str], str],
    reading: Reading,
) -> Item:
    own = reading.document(page.id)
    changed = moment(page.fields.get("lastModificationDate") or page.fields.get("creationDate"))
    if changed is None:
        return Fault(own, "lastModificationDate: missing or no date", own)
    text, found = body.fields.get("body", ""), list[tuple[str, str]]()
    if body.fields.get("bodyType", "").strip() in _STORAGE_FORMAT:
        page_html = converted(text)
        text = page_html.html
        for link in page_html.links:
            if number := titles.get((link.space or space.key(page), link.title)):
                found.append((reading.document(number), link.words or link.title))
    if parent := page.refers.get("parent"):
        found.append((reading.document(parent), ""))
    return Document(
        document=own,
        changed=changed,
        title=page.fields.get("title", "").strip(),
        body=text,
        acl=acl,
        links=_distinct(found, own),
        author=space.person(page, "lastModifier", "lastModifierName") or space.person(page, "creator", "creatorName"),
    )


def _of_html(archive: Archive, names: Iterable[str], reading: Reading) -> Iterator[Item]:
    for name in names:
        own = reading.document(number_of(name) or "")
        try:
            page = html_page(text_of(archive.read(name)))
        except (Unreadable, NoText) as error:
            yield Fault(name, str(error), own)
            continue
        if page is None:
            yield Fault(name, "no page of an HTML export: it has no main-content", own)
            continue
        led = ((number_of(target), words) for target, words in page.links)
        found = [(reading.document(number), words) for number, words in led if number]
        above = [(reading.document(page.parent), "")] if page.parent else []
        yield Document(
            document=own,
            changed=page.changed or archive.changed(name),
            title=page.title,
            body=page.body,
            acl=reading.acl,
            links=_distinct([*found, *above], own),
            author=page.author,
        )


def _distinct(found: Iterable[tuple[str, str]], own: str) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(link for link in found if link[0] != own))
