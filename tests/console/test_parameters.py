"""What options take: the bounds from both sides, and what is near them."""

from pathlib import Path

import click
import pytest

from console import parameters
from schemas.topics import TOPICS
from streams.drift.signals import SIGNALS


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (parameters.TENANT, "a", "a"),
        (parameters.TENANT, "a" * 32, "a" * 32),
        (parameters.OPERATOR, "sam.o-neil@example.com", "sam.o-neil@example.com"),
        (parameters.DIGEST, "0a1b", "0a1b"),
        (parameters.DIGEST, "f" * 64, "f" * 64),
        (parameters.USER, "x" * 256, "x" * 256),
        (parameters.REASON, "grüße, [bold] 日本", "grüße, [bold] 日本"),
        (parameters.QUERY, "two\nlines " + "x" * 10_000, "two\nlines " + "x" * 10_000),
        (parameters.LIMIT, "1", 1),
        (parameters.LIMIT, "100000", 100_000),
        (parameters.LIMIT, 50, 50),
        (parameters.WAIT, "0", 0.0),
        (parameters.WAIT, "0.3", 0.3),
        (parameters.WAIT, "86400", 86_400.0),
        (parameters.TOPIC, "clicks", "clicks"),
        (parameters.SIGNAL, "query_fit", "query_fit"),
        (parameters.SCOPE, "search", "search"),
        (parameters.KEY, "0123456789abcdef", "0123456789abcdef"),
        (parameters.NAMED, "the wiki", "the wiki"),
        (parameters.HOURS, "8784", 8_784),
    ],
)
def test_what_fits_is_taken_as_it_is(kind: click.ParamType, value: object, expected: object) -> None:
    assert kind.convert(value, None, None) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (parameters.TENANT, "a" * 33),
        (parameters.TENANT, "a\n"),
        (parameters.TENANT, "-a"),
        (parameters.DIGEST, "abc"),
        (parameters.DIGEST, "ABCDEF"),
        (parameters.DIGEST, "f" * 65),
        (parameters.USER, "x" * 257),
        (parameters.REASON, "x" * 4_001),
        (parameters.REASON, "a\u0007"),
        (parameters.LIMIT, "0"),
        (parameters.LIMIT, "100001"),
        (parameters.LIMIT, "1.0"),
        (parameters.WAIT, "86400.1"),
        (parameters.WAIT, "-0.1"),
        (parameters.WAIT, "nan"),
        (parameters.TOPIC, "Clicks"),
        (parameters.SCOPE, "all"),
        (parameters.KEY, "0123456789ABCDEF"),
        (parameters.KEY, "0123456789abcde"),
        (parameters.HOURS, "8785"),
    ],
)
def test_what_is_just_beside_it_is_refused_with_what_is_right(kind: click.ParamType, value: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        kind.convert(value, None, None)
    assert " is no " in refused.value.message
    assert len(refused.value.message) < 400


def test_names_are_those_of_the_tables() -> None:
    assert parameters.TOPIC.known() == list(TOPICS)
    assert parameters.SIGNAL.known() == [signal.name for signal in SIGNALS]


def test_half_a_character_is_no_path(tmp_path: Path) -> None:
    kind = parameters.FilePath(dir_okay=False)
    with pytest.raises(click.BadParameter, match="half a character"):
        kind.convert("\ud800", None, None)
    assert kind.convert(str(tmp_path / "caf\udce9"), None, None) == tmp_path / "caf\udce9", "bytes of an old name"
