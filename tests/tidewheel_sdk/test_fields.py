"""The check of fields: it names the field, takes what the server cuts, and makes tuples of lists."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import pytest

from tidewheel_sdk.errors import Invalid
from tidewheel_sdk.fields import Items, Number, Text, check, hints


@dataclass(frozen=True)
class Sample:
    word: Annotated[str, Text(1, 3, r"[a-z]+")] = "a"
    long: Annotated[str, Text(1, 3, cut=True)] = "a"
    whole: Annotated[int, Number(1, 5)] = 1
    real: Annotated[float, Number(0, 5, cut=True, low_cut=True)] | None = None
    items: Annotated[tuple[Annotated[str, Text(1)], ...], Items(1, 2)] = ("a",)
    choice: Literal["x", "y"] = "x"
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __post_init__(self) -> None:
        check(self)


@pytest.mark.parametrize(
    "given",
    [
        {"word": ""},
        {"word": "abcd"},
        {"word": "a\n"},
        {"word": 1},
        {"word": "\ud800"},
        {"long": ""},
        {"whole": 0},
        {"whole": 6},
        {"whole": 1.0},
        {"whole": True},
        {"real": "1"},
        {"real": float("nan")},
        {"real": float("inf")},
        {"items": ()},
        {"items": ("a", "b", "c")},
        {"items": ("",)},
        {"items": "a"},
        {"choice": "z"},
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001  # what is refused
        {"at": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_the_server_refuses_is_refused_and_the_field_is_named(given: dict[str, object]) -> None:
    (name,) = given
    with pytest.raises(Invalid, match=rf"Sample\.{name}: "):
        Sample(**given)  # type: ignore[arg-type]


def test_what_the_server_cuts_is_taken() -> None:
    assert Sample(long="abcdef").long == "abcdef"
    assert Sample(real=9.0).real == 9.0
    assert Sample(real=-1).real == -1


def test_a_list_becomes_a_tuple() -> None:
    assert Sample(items=["a", "b"]).items == ("a", "b")  # type: ignore[arg-type]


def test_annotations_keep_their_rules() -> None:
    assert hints(Sample)["whole"].__metadata__ == (Number(1, 5),)
