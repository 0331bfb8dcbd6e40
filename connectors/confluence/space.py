"""What an XML export says of a space before any text is read: pages, people, and who may see what. Pure.

A page is seen by those whom all its restrictions allow, its own and those of everything above it, be that a page, a
folder, archived or a draft; without any, by the stated groups, else by the groups that may view the space, else by
nobody. Below what the export does not have nobody sees a page: its restrictions are not known. Who is allowed is a
group by its name, and a person as the group `user:NAME`. Where two restrictions have no name in common, nobody is left:
a list cannot say "who is in both".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connectors.confluence.entities import Entity
from connectors.groups import named, person
from retrieval.access import shared

_CONTENT = ("Page", "BlogPost", "Folder")
"""Kinds that a page can stand below; so can any other that has a `contentStatus`."""


@dataclass(slots=True)
class Space:
    """The objects of an export that are needed, by id; `name` is the source's.

    `above` has all content, whatever its status: what each stands below, and of what it is another version.
    """

    name: str = "confluence"
    pages: dict[str, Entity] = field(default_factory=dict)
    older: set[str] = field(default_factory=set)
    above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    sets: dict[str, Entity] = field(default_factory=dict)
    permissions: list[Entity] = field(default_factory=list)
    viewers: dict[str, set[str]] = field(default_factory=dict)

    def take(self, entity: Entity) -> None:
        """Note an object."""
        if entity.kind in _CONTENT or "contentStatus" in entity.fields:
            self.above[entity.id] = tuple(filter(None, map(entity.refers.get, ("parent", "originalVersion"))))
        match entity.kind:
            case "Page" | "BlogPost":
                self._page(entity)
            case "Space":
                self.keys[entity.id] = entity.fields.get("key", "")
            case "ConfluenceUserImpl":
                self.people[entity.id] = entity.fields.get("email") or entity.fields.get("name") or entity.id
            case "ContentPermissionSet" if entity.fields.get("type", "").lower() == "view":
                self.sets[entity.id] = entity
            case "ContentPermission":
                self.permissions.append(entity)
            case "SpacePermission" if entity.fields.get("type") == "VIEWSPACE" and entity.fields.get("group"):
                self.viewers.setdefault(entity.refers.get("space", ""), set()).add(
                    named(entity.fields["group"], self.name)
                )

    def _page(self, entity: Entity) -> None:
        is_current = (
            entity.fields.get("contentStatus", "current") == "current" and "originalVersion" not in entity.refers
        )
        if is_current:
            self.pages[entity.id] = entity
        else:
            self.older.add(entity.id)

    def person(self, page: Entity, by_key: str, by_name: str) -> str | None:
        """Return who made or changed a page, from the field of this century or that of the last."""
        key = page.refers.get(by_key)
        return self.people.get(key, key) if key else page.fields.get(by_name)

    def by_title(self) -> dict[tuple[str, str], str]:
        """Return the pages' ids by the key of their space and their title."""
        return {(self.key(page), page.fields.get("title", "")): page.id for page in self.pages.values()}

    def key(self, page: Entity) -> str:
        """Return the key of a page's space."""
        return self.keys.get(page.refers.get("space", ""), "")

    def way(self, page: Entity) -> set[str]:
        """Return the ids of a page and of everything above it, also of what the export does not have."""
        passed, waiting = set[str](), [page.id]
        while waiting:
            at = waiting.pop()
            if at not in passed:
                passed.add(at)
                waiting.extend(self.above.get(at, ()))
        return passed

    def is_cut_off(self, page: Entity) -> bool:
        """Return whether the export does not have something above a page."""
        return not self.way(page) <= self.above.keys()


def lists(space: Space, stated: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the access list of every page."""
    restricted = _restrictions(space)
    found = {}
    for page in space.pages.values():
        own = [names for above in space.way(page) for names in restricted.get(above, ())]
        view = tuple(sorted(space.viewers.get(page.refers.get("space", ""), ())))
        found[page.id] = () if space.is_cut_off(page) else shared(own) if own else stated or view
    return found


def _restrictions(space: Space) -> Mapping[str, list[tuple[str, ...]]]:
    """Return who is allowed by each restriction on a page; one of which nobody is known allows nobody."""
    allowed: dict[str, list[str]] = {}
    named_by = {permission: known.id for known in space.sets.values()
                for permission in known.lists.get("contentPermissions", ())}  # fmt: skip
    for permission in space.permissions:
        owner = permission.refers.get("owningSet") or named_by.get(permission.id, "")
        allowed.setdefault(owner, []).extend(_allowed(permission, space))
    found: dict[str, list[tuple[str, ...]]] = {}
    for known in space.sets.values():
        found.setdefault(known.refers.get("owningContent", ""), []).append(tuple(allowed.get(known.id, ())))
    return found


def _allowed(permission: Entity, space: Space) -> Iterator[str]:
    if group := permission.fields.get("groupName", "").strip():
        yield named(group, space.name)
    key = permission.refers.get("userSubject")
    name = space.people.get(key, key) if key else permission.fields.get("userName", "").strip()
    if name:
        yield person(name)
