"""A Slack export as items: its people, its channels with their access lists, and their days of messages.

    users.json  channels.json  groups.json  dms.json  mpims.json
    general/2026-11-02.json  ...        a folder a channel, by its name or its id, with a file a day

`channels.json` has the public channels, `groups.json` the private ones, `dms.json` and `mpims.json` what people write
to each other. Slackdump writes the same, with attachments beside the days. Members of a private channel are in the
group `NAME:CHANNEL-ID`; a public channel is seen by the groups that were stated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from connectors import archives
from connectors.archives import Archive, Unreadable
from connectors.items import Fault, Item, LeftOut
from connectors.slack.messages import Channel, items
from connectors.slack.people import Naming, People, people
from stores.errors import Misconfigured

_PRIVATE, _DIRECT = ("groups.json",), ("dms.json", "mpims.json")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of an export: `name` begins the ids and the groups; direct messages and programs only on demand."""

    name: str
    acl: tuple[str, ...]
    naming: Naming = "email"
    direct: bool = False
    bots: bool = False


def read(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the items of an export, a directory or a zip file, channel by channel and day by day."""
    with archives.opened(path) as archive:
        top, names = archives.below(archive, "users.json"), archive.names()
        known = people(_listed(archive, f"{top}users.json"), reading.naming)
        folders = _folders(names, top)
        for channel in channels(archive, top, reading):
            days = folders.get(channel.name) or folders.get(channel.id) or []
            yield from _channel(archive, channel, days, known, reading.bots)
        if not reading.direct:
            listed = {str(each.get(key)) for file in _DIRECT for each in _maybe(archive, f"{top}{file}", names)
                      for key in ("id", "name")}  # fmt: skip
            yield from (LeftOut("days of direct messages") for name in listed for _ in folders.get(name, ()))


def channels(archive: Archive, top: str, reading: Reading) -> Iterator[Channel]:
    """Yield the channels of an export that are read. Raises `Misconfigured` where no list of channels is there."""
    names = archive.names()
    files = ("channels.json", *_PRIVATE, *(_DIRECT if reading.direct else ()))
    if not any(f"{top}{file}" in names for file in files):
        raise Misconfigured("it has neither channels.json nor groups.json; is it an export of Slack?")
    for file in files:
        for listed in _maybe(archive, f"{top}{file}", names):
            known = str(listed.get("id") or listed.get("name") or "")
            closed = file != "channels.json" or bool(listed.get("is_private"))
            acl = (f"{reading.name}:{known}",) if closed else reading.acl
            if known:
                yield Channel(known, str(listed.get("name") or known), acl, f"{reading.name}/")


def groups(path: Path, reading: Reading) -> dict[str, list[str]]:
    """Return who is in the group of each private channel, for the system that says which groups people are in."""
    with archives.opened(path) as archive:
        top, names = archives.below(archive, "users.json"), archive.names()
        known = people(_listed(archive, f"{top}users.json"), reading.naming)
        files = (*_PRIVATE, *(_DIRECT if reading.direct else ()))
        return {
            f"{reading.name}:{each['id']}": sorted({known.user(str(member)) for member in each.get("members") or ()})
            for file in files
            for each in _maybe(archive, f"{top}{file}", names)
            if each.get("id")
        }


def _channel(archive: Archive, channel: Channel, days: list[str], known: People, bots: bool) -> Iterator[Item]:
    for day in days:
        try:
            messages = _listed(archive, day)
        except Unreadable as error:
            yield Fault(day, str(error).removeprefix(f"{day}: "))
            continue
        for number, message in enumerate(messages, start=1):
            yield from items(message, channel, known, f"{day}, message {number}", bots)


def _folders(names: list[str], top: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        folder, _, day = name.removeprefix(top).partition("/")
        if name.startswith(top) and day.endswith(".json") and "/" not in day and day[:4].isdigit():
            found.setdefault(folder, []).append(name)
    return found


def _maybe(archive: Archive, name: str, names: list[str]) -> list[dict[str, Any]]:
    return [each for each in _listed(archive, name) if isinstance(each, dict)] if name in names else []


def _listed(archive: Archive, name: str) -> list[Any]:
    """Return the JSON list that a file is. Raises `Unreadable`."""
    content = archive.read(name)
    try:
        found = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"{name}: not JSON: {error}") from error
    if found is None:
        return []
    if not isinstance(found, list):
        raise Unreadable(f"{name}: a JSON list is right")
    return found
