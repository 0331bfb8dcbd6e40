"""Slack's markup as the text that people see, and its links. Pure.

`<@U1>` is a person, `<#C1|name>` a channel, `<!here>` everybody, `<https://...|words>` a link, `&lt;` a `<`.
"""

import re

from connectors.slack.people import People

_ANGLED = re.compile(r"<([^<>\n]+)>")
_MESSAGE = re.compile(r"https://[^/]+\.slack\.com/archives/([A-Z0-9]+)/p([0-9]{10})([0-9]{6})(?:[?#].*)?")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def text_of(markup: str, people: People) -> str:
    """Return what people see of a message."""
    shown = _ANGLED.sub(lambda found: _shown(found[1], people), markup)
    for entity, letter in _ENTITIES:
        shown = shown.replace(entity, letter)
    return shown


def links_of(markup: str) -> list[tuple[str, str, str]]:
    """Return the messages that a message links to: channel, `ts`, and the words of the link."""
    found = []
    for angled in _ANGLED.findall(markup):
        address, _, words = angled.partition("|")
        if message := _MESSAGE.fullmatch(address.replace("&amp;", "&")):
            found.append((message[1], f"{message[2]}.{message[3]}", words))
    return found


def _shown(angled: str, people: People) -> str:
    what, _, words = angled.partition("|")
    if what.startswith("@"):
        return f"@{words or people.name(what[1:])}"
    if what.startswith("#"):
        return f"#{words or what[1:]}"
    if what.startswith("!"):
        return words or f"@{what[1:].split('^', 1)[0]}"
    return words or what.removeprefix("mailto:")
