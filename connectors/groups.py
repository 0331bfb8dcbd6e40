"""Who may see what a source does not restrict: the groups that were stated, and nobody where none was. Pure."""

from collections.abc import Sequence

from connectors.items import PRIVATE
from schemas.documents import EVERYONE
from stores.errors import Misconfigured


def stated(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the list that `--acl` states: the groups in order, nobody for `private` and for none.

    Raises `Misconfigured` where `private` stands beside a group.
    """
    named = tuple(dict.fromkeys(groups))
    if PRIVATE in named and len(named) > 1:
        raise Misconfigured(f"--acl {PRIVATE} means that nobody finds it; name groups, or {PRIVATE} alone")
    return () if named == (PRIVATE,) else named


def person(name: str) -> str:
    """Return the group that stands for one person, where a source restricts to people instead of groups."""
    return f"user:{name}"[:256]


def named(group: str, source: str) -> str:
    """Return a source's own group; one that is called as our group of all people is not it, and keeps its source."""
    return f"{source}:{group}" if group == EVERYONE else group
