"""A directory or a git repository of pages as items: every page there is, and where one went.

Git: a page's time and author are those of the commit that changed it last on this branch, and a page that was renamed
is sent under its new id with the event that lets the clicks on its old id count. What is not committed is not read. A
plain directory has the time of the file, no author, and deletions alone: what is not there any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors import archives
from connectors.archives import Unreadable
from connectors.items import Document, Fault, Item, Removed
from connectors.links import Tree
from connectors.pages import git, history
from connectors.pages.git import Repository
from connectors.pages.history import Fate
from connectors.pages.page import Page, is_page, page
from connectors.texts import NoText, text_of


@dataclass(frozen=True, slots=True)
class File:
    """A file of pages: its path, when it was changed, who wrote it, and what it says."""

    path: str
    changed: datetime
    author: str | None
    page: Page


@dataclass(frozen=True, slots=True)
class Naming:
    """What pages are called: their ids begin with `prefix`; `acl` is who may see them."""

    prefix: str
    acl: tuple[str, ...]

    def document(self, path: str) -> str:
        """Return the id of a page."""
        return f"{self.prefix}{path}"


def read(path: Path, naming: Naming, with_git: bool = True) -> Iterator[Item]:
    """Yield the items of a zip file, of a directory, or of the repository in which a directory's pages are kept."""
    repository = git.repository(path) if with_git and path.is_dir() else None
    if repository is not None and any(map(is_page, repository.files())):
        yield from of_repository(repository, naming)
        return
    with archives.opened(path) as archive:
        yield from _listed(archive, naming)


def of_repository(repository: Repository, naming: Naming) -> Iterator[Item]:
    """Yield the items of a repository: its pages, then those that are no more."""
    there = {path: oid for path, oid in sorted(repository.files().items()) if is_page(path)}
    known = history.fates(repository.history())
    authors = history.authors(repository.writers())
    contents = zip(there, repository.contents(list(there.values()), archives.MOST_BYTES), strict=True)
    files = list[File]()
    for path, content in contents:
        if content is None:
            yield Fault(path, f"more than {archives.MOST_BYTES:,} bytes", naming.document(path))
            continue
        found = _file(path, content, known[path].at if path in known else _latest(known), authors.get(path), naming)
        if isinstance(found, Fault):
            yield found
        else:
            files.append(found)
    yield from documents(files, naming)
    for path, fate in history.gone(known):
        if path not in there and is_page(path) and _is_text(path):
            is_renamed = fate.renamed_to and _is_text(fate.renamed_to)
            yield Removed(naming.document(path), fate.at, naming.document(fate.renamed_to) if is_renamed else "")


def _latest(known: Mapping[str, Fate]) -> datetime:
    """Return when anything was changed last: for a page of which a shallow clone has no history."""
    return max(fate.at for fate in known.values())


def _listed(archive: archives.Archive, naming: Naming) -> Iterator[Item]:
    files = list[File]()
    for path in filter(is_page, archive.names()):
        try:
            found = _file(path, archive.read(path), archive.changed(path), None, naming)
        except (Unreadable, OSError) as error:
            found = Fault(path, str(error), naming.document(path))
        if isinstance(found, Fault):
            yield found
        else:
            files.append(found)
    yield from documents(files, naming)


def _file(path: str, content: bytes, changed: datetime, author: str | None, naming: Naming) -> File | Fault:
    if not _is_text(path):
        shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return Fault(shown, "the name is not UTF-8; rename the file")
    try:
        found = page(path, text_of(content))
    except NoText as error:
        return Fault(path, str(error), naming.document(path))
    return File(path, changed, author or found.author, found)


def _is_text(path: str) -> bool:
    """Return whether a name was UTF-8; bytes that are not stand in it as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in path)


def documents(files: Sequence[File], naming: Naming) -> Iterator[Document]:
    """Yield the documents that files are, each with its links to the others. Pure."""
    tree = Tree((file.path for file in files), _addresses(files))
    for file in files:
        led = ((tree.leads_to(file.path, target), words) for target, words in file.page.links)
        yield Document(
            document=naming.document(file.path),
            changed=file.changed,
            title=file.page.title,
            body=file.page.body,
            acl=naming.acl,
            links=tuple(dict.fromkeys((naming.document(path), words) for path, words in led if path)),
            author=file.author,
        )


def _addresses(files: Iterable[File]) -> Iterator[tuple[str, str]]:
    return ((address, file.path) for file in files for address in file.page.addresses)
