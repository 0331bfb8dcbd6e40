"""Descriptions of bodies: schemas of the models that read them, and problems by status."""

from gateway.openapi import body, body_of, problems
from gateway.search_routes import Search


def test_a_body_has_its_model_s_schema_and_an_example() -> None:
    content = body_of(Search, {"query": "x"})["requestBody"]["content"]["application/json"]
    assert set(content["schema"]["properties"]) == {"query", "k", "user", "surface"}
    assert content["example"] == {"query": "x"}


def test_further_content_types_are_texts() -> None:
    kinds = body({"type": "object"}, {}, "application/x-ndjson")["requestBody"]["content"]
    assert kinds["application/x-ndjson"] == {"schema": {"type": "string"}}


def test_problems_are_described_by_status() -> None:
    found = problems(401, 503)
    assert set(found) == {401, 503}
    assert "application/problem+json" in found[401]["content"]
