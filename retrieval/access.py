"""Who may see a document: its list of groups against the groups that somebody is in. Pure.

Names are compared in Unicode's composed form (NFC): systems spell the same accented name in two ways.
"""

from collections.abc import Iterable, Sequence

from retrieval.text import composed
from schemas.documents import EVERYONE


def may_see(acl: Iterable[str], groups: frozenset[str]) -> bool:
    """Return whether somebody in `groups` (and in `everyone`) may see a document with this list; empty means nobody."""
    return not effective(groups).isdisjoint(_composed(acl))


def open_to_all(acl: Iterable[str]) -> bool:
    """Return whether all people may see a document with this list."""
    return may_see(acl, frozenset())


def effective(groups: Iterable[str]) -> frozenset[str]:
    """Return the groups that somebody is in, composed, `everyone` among them."""
    return _composed(groups) | {EVERYONE}


def shared(lists: Sequence[Iterable[str]]) -> tuple[str, ...]:
    """Return the list, in order, of what is made of documents with these lists (at least one): who sees all of them.

    A list with `everyone` in it leaves nobody out.
    """
    narrow = [_composed(acl) for acl in lists if not open_to_all(acl)]
    return tuple(sorted(frozenset.intersection(*narrow))) if narrow else (EVERYONE,)


def _composed(groups: Iterable[str]) -> frozenset[str]:
    return frozenset(composed(group) for group in groups)
