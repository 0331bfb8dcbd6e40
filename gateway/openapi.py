"""What `/openapi.json` says of bodies that are read by hand: their schemas, with examples that are real."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from schemas.search import Problem

OPENED = {
    "type": "DocumentOpened",
    "event_id": "c1",
    "tenant": "acme",
    "occurred_at": "2026-11-01T09:05:00Z",
    "user": "ana",
    "document": "hr/leave",
    "from_search": {"search": "s1", "query": "paternity leave", "rank": 3},
}
"""An event, as the documentation shows it."""


class Item(BaseModel):
    """What became of one item of a body: `index` counts from 0, `line` from 1."""

    index: int
    line: int
    status: str
    event_id: str | None = None
    reason: str | None = None
    cut: list[str] = []


class Receipt(BaseModel):
    """What became of a body of events."""

    accepted: int
    refused: int
    items: list[Item]


_WATCHED = {"/healthz", "/readyz", "/metrics"}
"""Paths that need no key."""


def described(app: FastAPI) -> None:
    """Say in the application's description which paths need a key."""
    made = app.openapi()
    made.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, methods in made["paths"].items():
        for method in methods.values():
            method["security"] = [] if path in _WATCHED else [{"key": []}]


def body(content: dict[str, Any], example: Any, *more: str) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """Return the description of a body of one JSON schema, with an example; `more` are other content types."""
    said = {"schema": content, "example": example}
    kinds: dict[str, Any] = {"application/json": said, **{kind: {"schema": {"type": "string"}} for kind in more}}
    return {"requestBody": {"required": True, "content": kinds}}


def body_of(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a body that a model reads."""
    return body(model.model_json_schema(), example)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of answers that are problems."""
    schema = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": "a problem; `detail` says what to do", "content": schema} for status in statuses}
