"""Everyday questions and answers: half are mixed into training, half stand guard against forgetting plain English.

They are the project's own, written for this purpose, and belong to no tenant.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class General(BaseModel):
    """A question and the text that answers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    anchor: str
    text: str


def _all() -> list[General]:
    path = Path(__file__).with_name("general.jsonl")
    return [General.model_validate_json(line) for line in path.read_text().splitlines()]


def replayed() -> list[General]:
    """Return the pairs that training may mix in."""
    return _all()[::2]


def guarded() -> list[General]:
    """Return the pairs that only judge."""
    return _all()[1::2]
