"""What stands behind a result when somebody opens it: who may read the document, and where its links lead."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.envelope import Event


@dataclass(slots=True)
class Library:
    """The source applications as people see them: the newest version of every document that was sent so far."""

    _newest: dict[str, DocumentUpserted | DocumentDeleted] = field(default_factory=dict)

    def apply(self, changes: Iterable[Event]) -> None:
        """Take in document changes in any order: the highest version holds. Other events are passed by."""
        for change in changes:
            if isinstance(change, DocumentUpserted | DocumentDeleted):
                known = self._newest.get(change.document)
                if known is None or change.version > known.version:
                    self._newest[change.document] = change

    def may_open(self, document: str, groups: frozenset[str]) -> bool:
        """Tell whether the document exists and one of `groups` may read it."""
        newest = self._newest.get(document)
        return isinstance(newest, DocumentUpserted) and not groups.isdisjoint(newest.acl or ())

    def links(self, document: str, groups: frozenset[str]) -> list[str]:
        """Return the documents that this one links to and that `groups` may open, in the order of the text."""
        newest = self._newest.get(document)
        if not isinstance(newest, DocumentUpserted):
            return []
        return [link.target for link in newest.links if self.may_open(link.target, groups)]
