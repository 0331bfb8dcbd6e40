"""An error over HTTP: its status by what the caller should do, and nothing of what was given."""

import pytest
from pydantic import BaseModel, ValidationError

from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError
from stores.problems import first_fault, problem


class Unavailable(Retryable):
    """A kind of its own."""


@pytest.mark.parametrize(
    ("error", "title", "status"),
    [
        (Retryable("a"), "Retryable", 503),
        (Unavailable("a"), "Retryable", 503),
        (Refused("a"), "Refused", 409),
        (Poison("a"), "Poison", 422),
        (Misconfigured("a"), "Misconfigured", 500),
    ],
)
def test_the_status_says_what_to_do(error: TidewheelError, title: str, status: int) -> None:
    found = problem(error)
    assert (found.title, found.status, found.detail) == (title, status, "a")


class Asked(BaseModel):
    k: int


def test_a_fault_names_its_field_and_repeats_no_input() -> None:
    with pytest.raises(ValidationError) as raised:
        Asked.model_validate({"k": "<script>"})
    text = first_fault(raised.value)
    assert text.startswith("k: ")
    assert "script" not in text
