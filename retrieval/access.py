"""Who may see a document: its list of groups against the groups that somebody is in. Pure."""

from collections.abc import Iterable

from schemas.documents import EVERYONE


def may_see(acl: Iterable[str], groups: frozenset[str]) -> bool:
    """Return whether somebody in `groups` (and in `everyone`) may see a document with this list; empty means nobody."""
    return not effective(groups).isdisjoint(acl)


def open_to_all(acl: Iterable[str]) -> bool:
    """Return whether all people may see a document with this list."""
    return may_see(acl, frozenset())


def effective(groups: Iterable[str]) -> frozenset[str]:
    """Return the groups that somebody is in, `everyone` among them."""
    return frozenset(groups) | {EVERYONE}
