"""What the fields of an event may be, as annotations, and the one check of them.

The limits are the server's. Where the server cuts what is too long instead of refusing it (`cut=True`), nothing is
refused here either: a pasted log in the search field costs no event.
"""

import dataclasses
import math
import re
import types
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tidewheel_sdk.errors import Invalid


@dataclass(frozen=True)
class Text:
    """Characters of a text, and its form; `pattern` is a regular expression for all of it."""

    least: int = 0
    most: int | None = None
    pattern: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Number:
    """Bounds of a number; with `low_cut` the server leaves out what is below (a clock was set back)."""

    least: float | None = None
    most: float | None = None
    cut: bool = False
    low_cut: bool = False


@dataclass(frozen=True)
class Items:
    """How many items a list may have."""

    least: int = 0
    most: int | None = None
    cut: bool = False


Rule = Text | Number | Items

_PLAIN = {str: "a text", int: "a whole number", float: "a number", datetime: "a datetime with an offset (UTC)"}


def check(value: object) -> None:
    """Check every field of a dataclass, and make tuples of its lists. Raises `Invalid`, which names the field."""
    kind: Any = type(value)
    for name, hint in hints(kind).items():
        content = getattr(value, name)
        if isinstance(content, list):
            content = tuple(content)
            object.__setattr__(value, name, content)
        if problem := _problem(hint, content):
            raise Invalid(f"{kind.__name__}.{name}: {problem}")


@cache
def hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401  # a class of events
    """Return the annotations of a dataclass's fields, with their rules."""
    found = get_type_hints(kind, include_extras=True)
    return {field.name: found[field.name] for field in dataclasses.fields(kind)}


def _problem(hint: Any, value: object) -> str:  # noqa: ANN401  # any annotation
    """Return what is wrong with a value, or an empty string."""
    if get_origin(hint) is Annotated:
        inner, *rules = get_args(hint)
        return _problem(inner, value) or next(filter(None, (_beyond(rule, value) for rule in rules)), "")
    if get_origin(hint) in (Union, types.UnionType):
        problems = [_problem(one, value) for one in get_args(hint)]
        return "" if "" in problems else problems[0]
    if get_origin(hint) is Literal:
        allowed = get_args(hint)
        return "" if value in allowed and type(value) is type(allowed[0]) else f"must be one of {allowed}"
    if get_origin(hint) is tuple:
        return _of_items(get_args(hint)[0], value)
    return _of_kind(hint, value)


def _of_items(hint: Any, value: object) -> str:  # noqa: ANN401
    if not isinstance(value, tuple):
        return "must be a tuple or a list"
    return next((f"[{at}]: {problem}" for at, item in enumerate(value) if (problem := _problem(hint, item))), "")


def _of_kind(kind: Any, value: object) -> str:  # noqa: ANN401
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        return f"must be {_PLAIN.get(kind, getattr(kind, '__name__', kind))}"
    if isinstance(value, datetime) and value.utcoffset() is None:
        return "must have an offset: datetime.now(UTC)"
    if isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number"
    if isinstance(value, str) and not _is_unicode(value):
        return "must be valid Unicode (no lone surrogates)"
    return ""


def _beyond(rule: object, value: object) -> str:
    """Return what a value has too little or too much of."""
    if isinstance(rule, Text) and isinstance(value, str):
        if len(value) < rule.least or (rule.most is not None and len(value) > rule.most and not rule.cut):
            return f"must have {rule.least} to {rule.most} characters, and has {len(value):,}"
        if rule.pattern and not rule.cut and not re.fullmatch(rule.pattern, value):
            return f"must match {rule.pattern}"
    elif isinstance(rule, Items) and isinstance(value, tuple):
        if len(value) < rule.least or (rule.most is not None and len(value) > rule.most and not rule.cut):
            return f"must have {rule.least} to {rule.most} items, and has {len(value):,}"
    elif isinstance(rule, Number) and isinstance(value, int | float):
        return _out_of_bounds(rule, value)
    return ""


def _out_of_bounds(rule: Number, value: float) -> str:
    low = rule.least is not None and value < rule.least
    high = rule.most is not None and value > rule.most
    if low and not rule.low_cut:
        return f"must be at least {rule.least:g}"
    return f"must be at most {rule.most:g}" if high and not rule.cut else ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
