"""What is cut of an event, so that one odd detail does not lose the event: the limits, and the one rule of cutting.

An application cannot know our limits, and whoever opens a document for two days, pastes a log into the search field or
links to an address of a thousand characters does nothing wrong. Such a detail is cut to its limit, or left out where a
part of it would mean something else, and what was cut is counted in the event's row.

What says who may see a document is never cut: a list without its last groups hides the document from people, and one
without a name that we cannot read may mean anything. It stays an error, as do wrong types, tenants, ids and versions.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

MAX_TEXT = 2_000
"""Characters of a query, a question, a title, the words of a link."""

MAX_LINKS = 10_000
"""Of one document."""

MAX_SHOWN = 1_000
"""Results of one search, and impressions of one event."""

MAX_CITED = 100
"""Documents that one answer cites."""

MAX_RANK = 10_000

MAX_DWELL_S = 86_400.0
"""A tab that stayed open over the weekend was not read all the time."""

MAX_REACTION = 64
"""Characters of a reaction's name."""

Cuts = Mapping[str, int]
"""How often something was cut, by the field's name (`links.target`); empty when nothing was."""

_ID = re.compile(r"[^\x00-\x1f\x7f]{1,256}")
"""What can be a document's id (`schemas.ids.OpaqueId`)."""

_Object = dict[str, Any]
_Rule = Callable[[_Object, Counter[str]], _Object]
"""Takes an event and gives it back, or a changed copy; counts what it cuts."""


def clipped(event: object, kind: str) -> tuple[object, Cuts]:
    """Return the JSON object of an event of this type within its limits, and what was cut of it.

    Whatever is no error of size (absent fields, wrong types) is left as it is, for validation to name. Pure: nothing
    given is changed, and cutting what was cut changes nothing.
    """
    if not isinstance(event, dict):
        return event, {}
    cuts: Counter[str] = Counter()
    for rule in _RULES.get(kind, ()):
        event = rule(event, cuts)
    return event, dict(cuts)


def _text(*path: str, most: int = MAX_TEXT) -> _Rule:
    """Cut the text at the path to its first characters."""

    def cut(value: Any) -> Any:  # noqa: ANN401  # any JSON value
        return value[:most] if isinstance(value, str) else value

    return _at(path, cut)


def _number(*path: str, most: float) -> _Rule:
    """Lower the number at the path to the most that it can be."""
    return _at(path, lambda value: most if _is_number(value) and value > most else value)


def _known(name: str) -> _Rule:
    """Leave out a span of time that is negative: a clock was set back meanwhile, and how long it was is not known."""

    def apply(event: _Object, cuts: Counter[str]) -> _Object:
        value = event.get(name)
        if not (_is_number(value) and value < 0):
            return event
        cuts[name] += 1
        return {field: part for field, part in event.items() if field != name}

    return apply


def _list(*path: str, most: int) -> _Rule:
    """Leave out what a list has beyond its first items."""
    return _at(path, lambda value: value[:most] if isinstance(value, list) else value)


def _each(name: str, rule: _Rule) -> _Rule:
    """Apply a rule to every object of a list."""

    def apply(event: _Object, cuts: Counter[str]) -> _Object:
        items = event.get(name)
        if not isinstance(items, list):
            return event
        found: Counter[str] = Counter()
        kept = [rule(item, found) if isinstance(item, dict) else item for item in items]
        for inner, count in found.items():
            cuts[f"{name}.{inner}"] += count
        return {**event, name: kept} if found else event

    return apply


def _at(path: tuple[str, ...], cut: Callable[[Any], Any]) -> _Rule:
    def apply(event: _Object, cuts: Counter[str]) -> _Object:
        return _replaced(event, path, cut, ".".join(path), cuts)

    return apply


def _replaced(
    event: _Object, path: tuple[str, ...], cut: Callable[[Any], Any], name: str, cuts: Counter[str]
) -> _Object:
    value = event.get(path[0])
    if len(path) > 1:
        inner = _replaced(value, path[1:], cut, name, cuts) if isinstance(value, dict) else value
        return event if inner is value else {**event, path[0]: inner}
    kept = cut(value)
    if kept is value or kept == value:
        return event
    cuts[name] += len(value) - len(kept) if isinstance(value, list) else 1
    return {**event, path[0]: kept}


def _links(event: _Object, cuts: Counter[str]) -> _Object:
    """Leave out links that lead nowhere or whose words are no words, and those beyond the most."""
    links = event.get("links")
    if not isinstance(links, list):
        return event
    kept = []
    for link in links:
        fault = _fault(link) if isinstance(link, dict) else ""
        if fault:
            cuts[fault] += 1
        else:
            kept.append(link)
    if len(kept) > MAX_LINKS:
        cuts["links"] += len(kept) - MAX_LINKS
    return event if len(kept) == len(links) <= MAX_LINKS else {**event, "links": kept[:MAX_LINKS]}


def _fault(link: _Object) -> str:
    target, anchor = link.get("target"), link.get("anchor")
    if target is None or (isinstance(target, str) and not _ID.fullmatch(target)):
        return "links.target"
    return "links.anchor" if isinstance(anchor, str) and len(anchor) > MAX_TEXT else ""


def _cited(event: _Object, cuts: Counter[str]) -> _Object:
    """Leave out the last cited documents of too many, but never the one that was opened."""
    cited, opened = event.get("cited"), event.get("document")
    if not isinstance(cited, list) or len(cited) <= MAX_CITED:
        return event
    cuts["cited"] += len(cited) - MAX_CITED
    kept = cited[:MAX_CITED]
    if opened in cited and opened not in kept:
        kept = [*kept[:-1], opened]
    return {**event, "cited": kept}


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


_RULES: dict[str, tuple[_Rule, ...]] = {
    "DocumentUpserted": (_text("title"), _links),
    "SearchServed": (
        _text("query"),
        _list("results", most=MAX_SHOWN),
        _each("results", _number("rank", most=MAX_RANK)),
        _known("latency_ms"),
    ),
    "ResultsShown": (
        _list("impressions", most=MAX_SHOWN),
        _each("impressions", _number("rank", most=MAX_RANK)),
    ),
    "DocumentOpened": (
        _text("from_search", "query"),
        _number("from_search", "rank", most=MAX_RANK),
        _number("dwell_seconds", most=MAX_DWELL_S),
        _known("dwell_seconds"),
    ),
    "CitationOpened": (_text("question"), _cited),
    "Reacted": (
        _text("reaction", most=MAX_REACTION),
        _text("target", "question"),
        _list("target", "cited", most=MAX_CITED),
    ),
}
