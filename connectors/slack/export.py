"""A Slack export as items: its people, its channels with their access lists, and their days of messages.

    users.json  channels.json  groups.json  dms.json  mpims.json
    general/2026-11-02.json  ...        a folder a channel, by its name or its id, with a file a day

`channels.json` has the public channels, `groups.json` the private ones, `dms.json` and `mpims.json` what people write
to each other. Slackdump writes the same, with attachments beside the days. Members of a private channel are in the
group `NAME:CHANNEL-ID`; a public channel is seen by the groups that were stated.

An export does not say when it was made. So a channel that was private in any that was read stays so, and of a channel
that is private now those messages go that were sent while it was public and that the export does not have. A channel
that an export does not list keeps what was sent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from connectors import archives
from connectors.archives import Archive, Unreadable
from connectors.instants import of_slack
from connectors.items import Document, Fault, Item, LeftOut, Removed
from connectors.sent_file import Sent
from connectors.slack.messages import Channel, items
from connectors.slack.people import Naming, People, people
from schemas.instants import EPOCH
from stores.errors import Misconfigured

_PUBLIC, _PRIVATE, _DIRECT = "channels.json", "groups.json", ("dms.json", "mpims.json")
_CLOSED = ("is_private", "is_group", "is_im", "is_mpim")
"""What a channel that is not public says of itself, whichever file lists it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of an export: `name` begins the ids and the groups; direct messages and programs only on demand.

    `sent` is what was sent of earlier exports.
    """

    name: str
    acl: tuple[str, ...]
    naming: Naming = "email"
    direct: bool = False
    bots: bool = False
    sent: Sent = field(default_factory=Sent)


def read(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the items of an export, a directory or a zip file, channel by channel and day by day."""
    with archives.opened(path) as archive:
        top, names = archives.below(archive, "users.json"), archive.names()
        known = people(_listed(archive, f"{top}users.json"), reading.naming)
        folders, openly = _folders(names, top), _sent_openly(reading)
        for channel in channels(archive, top, reading):
            days = folders.get(channel.name) or folders.get(channel.id) or []
            found = _channel(archive, channel, days, known, reading.bots)
            yield from _closing(openly.get(channel.id, ()), found) if channel.closed else found
        if not reading.direct:
            listed = {str(each.get(key)) for file in _DIRECT for each in _maybe(archive, f"{top}{file}", names)
                      for key in ("id", "name")}  # fmt: skip
            yield from (LeftOut("days of direct messages") for name in listed for _ in folders.get(name, ()))


def channels(archive: Archive, top: str, reading: Reading) -> Iterator[Channel]:
    """Yield the channels of an export that are read. Raises `Misconfigured` where no list of channels is there."""
    for known, listed, closed in _channels(archive, top, reading):
        acl = (_group(known, reading),) if closed else reading.acl
        yield Channel(known, str(listed.get("name") or known), acl, f"{reading.name}/", closed)


def groups(path: Path, reading: Reading) -> dict[str, list[str]]:
    """Return who is in the group of each private channel, for the system that says which groups people are in."""
    with archives.opened(path) as archive:
        top = archives.below(archive, "users.json")
        known = people(_listed(archive, f"{top}users.json"), reading.naming)
        return {
            _group(channel, reading): sorted({known.user(str(member)) for member in listed.get("members") or ()})
            for channel, listed, closed in _channels(archive, top, reading)
            if closed
        }


def _group(channel: str, reading: Reading) -> str:
    return f"{reading.name}:{channel}"


def _channels(archive: Archive, top: str, reading: Reading) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Yield each channel's id, what a list says of it, and whether any list or any earlier export says it is closed."""
    names = archive.names()
    files = (_PRIVATE, *(_DIRECT if reading.direct else ()), _PUBLIC)
    if not any(f"{top}{file}" in names for file in files):
        raise Misconfigured("it has neither channels.json nor groups.json; is it an export of Slack?")
    found = dict[str, dict[str, Any]]()
    closed = {_channel_of(document, reading) for document, known in reading.sent.documents.items() if known.closed}
    for file in files:
        for listed in _maybe(archive, f"{top}{file}", names):
            known = str(listed.get("id") or listed.get("name") or "")
            if file != _PUBLIC or any(map(listed.get, _CLOSED)):
                closed.add(known)
            if known:
                found.setdefault(known, listed)
    for known, listed in found.items():
        yield known, listed, known in closed


def _channel_of(document: str, reading: Reading) -> str:
    return document.removeprefix(f"{reading.name}/").partition("/")[0]


def _sent_openly(reading: Reading) -> dict[str, list[str]]:
    """Return by channel the messages that are seen by more than its members, as far as earlier exports were sent."""
    found: dict[str, list[str]] = {}
    for document, known in reading.sent.documents.items():
        if not (known.gone or known.closed):
            found.setdefault(_channel_of(document, reading), []).append(document)
    return found


def _closing(openly: Iterable[str], items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, and then the removals of those messages that are not among them."""
    there = set[str]()
    for item in items:
        if isinstance(item, Document | Removed):
            there.add(item.document)
        yield item
    for document in openly:
        if document not in there:
            yield Removed(document, of_slack(document.rpartition("/")[2]) or EPOCH, closed=True)


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
