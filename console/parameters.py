"""What arguments and options may hold: every value is checked before a store is asked, and errors say the right form.

A value that does not fit is a usage error (exit 2) which names the option, the value, shortened, and what is right.
"""

import os
import re
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, get_args

import click

from console.text import elided, printable
from schemas.topics import TOPICS
from stores import api_keys
from stores.error_texts import suggestion
from stores.keys import NAME_RULE, OPERATOR_NAME

_SHOWN = 60
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class Checked(click.ParamType):
    """A parameter's type that refuses what does not fit `form`, the sentence's end after "is no"."""

    def __init__(self, name: str, form: str) -> None:
        self.name, self.form = name, form

    def refuse(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> NoReturn:
        """Raise the usage error for a value."""
        self.fail(f"'{elided(printable(str(value)), _SHOWN)}' is no {self.form}", param, ctx)


class Pattern(Checked):
    """A text that a pattern describes as a whole."""

    def __init__(self, name: str, pattern: str, form: str) -> None:
        super().__init__(name, form)
        self._pattern = re.compile(pattern)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the text as it is."""
        return str(value) if self._pattern.fullmatch(value) else self.refuse(value, param, ctx)


class Line(Checked):
    """One line of printable text, from 1 character to `most`."""

    def __init__(self, name: str, what: str, most: int) -> None:
        super().__init__(name, f"{what}: one line of 1 to {most:,} characters")
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the text as it is."""
        fits = 0 < len(value) <= self._most and value.strip() and not _UNPRINTABLE.search(value)
        return str(value) if fits else self.refuse(value, param, ctx)


class FilePath(click.Path):
    """A path, as `pathlib.Path`; text that no file name can hold is a usage error, not a traceback as with click."""

    def __init__(self, **how: bool) -> None:
        super().__init__(path_type=Path, **how)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the path."""
        try:
            os.fsencode(value)
        except UnicodeEncodeError:
            self.fail(f"'{elided(printable(str(value)), _SHOWN)}' is no path: it holds half a character", param, ctx)
        return super().convert(value, param, ctx)


class Words(Checked):
    """Any text that can be written as UTF-8, line breaks included."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the text as it is."""
        return self.refuse(value, param, ctx) if _UNWRITABLE.search(value) else str(value)


class Number(Checked):
    """A number within bounds, made by `kind` of a text that `pattern` describes as a whole."""

    def __init__(self, name: str, what: str, kind: type[int] | type[float], pattern: str, low: int, high: int) -> None:
        super().__init__(name, f"{what} from {low:,} to {high:,}")
        self._kind, self._pattern, self._low, self._high = kind, re.compile(pattern), low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Return the number."""
        if isinstance(value, self._kind):
            return value
        number = self._kind(value) if self._pattern.fullmatch(value.strip()) else None
        if number is None or not self._low <= number <= self._high:
            self.refuse(value, param, ctx)
        return number


class Whole(Number):
    """A whole number within bounds."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__("N", "whole number", int, "[+-]?[0-9]{1,20}", low, high)


class Seconds(Number):
    """A number of seconds within bounds."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__("SECONDS", "number of seconds", float, r"[0-9]{1,12}(\.[0-9]{1,12})?", low, high)


class Date(Checked):
    """A day of the calendar, as its first instant in UTC."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """Return the instant, aware."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            self.refuse(value, param, ctx)


class Known(click.ParamType, ABC):
    """One of the names that `known` gives when it is asked; another name is answered with the nearest one."""

    def __init__(self, name: str, what: str) -> None:
        self.name, self._what = name, what

    @abstractmethod
    def known(self) -> list[str]:
        """Return the names that there are."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Return the name."""
        names = self.known()
        if value not in names:
            shown = elided(printable(str(value)), _SHOWN)
            self.fail(f"'{shown}' is no {self._what}, {suggestion(shown, names)}", param, ctx)
        return str(value)


class Topic(Known):
    """The name of a topic."""

    def known(self) -> list[str]:
        """Return the topics' names."""
        return list(TOPICS)


class Signal(Known):
    """The name of a drift signal; they are listed only when one is given, because that loads their statistics."""

    def known(self) -> list[str]:
        """Return the signals' names."""
        from streams.drift.signals import SIGNALS

        return [signal.name for signal in SIGNALS]


class Scope(Known):
    """A kind of work that an API key is for."""

    def known(self) -> list[str]:
        """Return the kinds."""
        return list(get_args(api_keys.Scope))


TENANT = Pattern(
    "TENANT",
    r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?",
    "tenant's name: lower-case letters, digits and inner hyphens, at most 32",
)
OPERATOR = Pattern("NAME", OPERATOR_NAME.pattern, f"operator's name: {NAME_RULE}")
DIGEST = Pattern(
    "HASH",
    r"[0-9a-f]{4,64}",
    "packet's hash: its first 4 to 64 hexadecimal digits in lower case, from `tidewheel packet`",
)
TOPIC, SIGNAL, SCOPE = Topic("TOPIC", "topic"), Signal("SIGNAL", "drift signal"), Scope("SCOPE", "scope")
IDENTIFIER = Line("ID", "id", 256)
USER = Line("USER", "person's id", 256)
GROUP = Line("GROUP", "group's name", 256)
URL = Line("URL", "address", 500)
REASON = Line("REASON", "reason", 4_000)
CODE = Line("CODE", "reason code", 64)
QUERY = Words("QUERY", "text in UTF-8")
RUN = Pattern("RUN", r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", "run's name, from `tidewheel runs`")
SNAPSHOT = Pattern("ID", r"snapshot-[0-9a-f]{24}", "snapshot's id: snapshot- and 24 hexadecimal digits in lower case")
LIMIT = Whole(1, 100_000)
NAMED = Line("NAME", "name", 256)
KEY = Pattern("KEY", r"[0-9a-f]{16}", "key's id: 16 hexadecimal digits in lower case, from `tidewheel keys list`")
DATE = Date("DATE", "day of the calendar as 2026-12-24")
DIMENSIONS = Whole(8, 16_384)
HOURS = Whole(0, 24 * 366)
WAIT = Seconds(0, 86_400)
