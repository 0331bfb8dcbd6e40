"""The people of a Slack workspace, by the name under which their searches and clicks are known too. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Naming = Literal["email", "name", "id"]


@dataclass(frozen=True, slots=True)
class People:
    """Members by Slack's id: the id that our events have, the name that people see, and which are programs."""

    ids: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    bots: frozenset[str] = frozenset()

    def user(self, member: str) -> str:
        """Return who a member is in our events; one that is not listed keeps Slack's id."""
        return self.ids.get(member, member)

    def name(self, member: str) -> str:
        """Return what people call a member."""
        return self.shown.get(member, member)


def people(members: Iterable[object], naming: Naming) -> People:
    """Return the people of `users.json`; where the field that names them is empty, Slack's id does."""
    ids, shown, bots = {}, {}, set()
    for member in members:
        if not isinstance(member, dict) or not isinstance(member.get("id"), str):
            continue
        profile = member["profile"] if isinstance(member.get("profile"), dict) else {}
        known = member["id"]
        ids[known] = _named(member, profile, naming) or known
        shown[known] = _first(profile.get("display_name"), profile.get("real_name"), member.get("name")) or known
        if member.get("is_bot"):
            bots.add(known)
    return People(ids, shown, frozenset(bots))


def _named(member: Mapping[str, Any], profile: Mapping[str, Any], naming: Naming) -> str:
    return {"email": _first(profile.get("email")), "name": _first(member.get("name")), "id": ""}[naming]


def _first(*names: object) -> str:
    return next((name.strip() for name in names if isinstance(name, str) and name.strip()), "")
