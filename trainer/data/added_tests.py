"""Behaviour tests that people add, as files: what is asked, and one of which documents must stand near the top.

They lie in the home, in `behaviours/TENANT/*.jsonl`, one object a line:

    {"behaviour": "entity", "query": "Project Lighthouse", "expected": ["wiki/lighthouse"], "within": 5}

`behaviour` names what is tested, such as paraphrase, entity, acronym or key document, and tests of one name are judged
together, with those that are made of the tenant's documents where the name is one of theirs.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from retrieval.text import normalized
from schemas.limits import MAX_TEXT
from stores.errors import Refused

DIRECTORY = "behaviours"
MOST = 1_000
"""Tests of a tenant: every one is an embedded query of three models."""

_OF_GENERAL_TEXTS = "general"
"""This behaviour is of texts that are no tenant's documents."""


class AddedTest(BaseModel):
    """One test: it passes when a search shows one of the expected documents among the first `within`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    behaviour: str = Field(min_length=1, max_length=60)
    query: str = Field(min_length=1, max_length=MAX_TEXT)
    expected: tuple[str, ...] = Field(min_length=1, max_length=100)
    within: int = Field(default=5, ge=1, le=10)

    @field_validator("behaviour")
    @classmethod
    def _is_of_documents(cls, name: str) -> str:
        name = " ".join(name.split())
        if not name or name == _OF_GENERAL_TEXTS:
            raise ValueError("name what is tested: entity, acronym, paraphrase, key document, or another word of yours")
        return name


def read(home: Path, tenant: str) -> tuple[AddedTest, ...]:
    """Return the tenant's tests, those of one behaviour and query once. Raises `Refused`, which names file and line."""
    found: dict[tuple[str, str], AddedTest] = {}
    for path in sorted((home / DIRECTORY / tenant).glob("*.jsonl")):
        for test in _tests(path):
            found.setdefault((test.behaviour, normalized(test.query)), test)
    if len(found) > MOST:
        raise Refused(f"{home / DIRECTORY / tenant} has {len(found):,} behaviour tests; at most {MOST:,} are asked")
    return tuple(found[key] for key in sorted(found))


def _tests(path: Path) -> Iterator[AddedTest]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield AddedTest.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "the line"
                raise Refused(f"{path}, line {number} is no behaviour test: {where}: {first['msg']}") from error
