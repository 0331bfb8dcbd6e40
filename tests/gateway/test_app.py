"""The application: every path is documented, every error is a problem, and the examples of OpenAPI are real."""

from typing import Any

import orjson
import pytest

from gateway.app import routes
from gateway.ubi import intake
from operations.events import Problem, read_events
from tests.gateway.world import NOW, World

PATHS = {
    "/v1/events", "/v1/search", "/v1/clicks", "/v1/documents/{document}", "/ubi_queries", "/ubi_events", "/healthz",
    "/readyz", "/metrics",
}  # fmt: skip


@pytest.fixture
def openapi(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.request("GET", "/openapi.json").json()
    return found


def example(openapi: dict[str, Any], path: str) -> Any:  # noqa: ANN401  # any JSON
    return openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]


def test_every_path_is_documented(openapi: dict[str, Any]) -> None:
    assert set(openapi["paths"]) == PATHS
    for path, methods in openapi["paths"].items():
        for method in methods.values():
            assert method["description"], path


def test_keys_are_documented_where_they_are_needed(openapi: dict[str, Any]) -> None:
    assert openapi["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
    open_to_all = {path for path, methods in openapi["paths"].items() for m in methods.values() if not m["security"]}
    assert open_to_all == {"/healthz", "/readyz", "/metrics"}


def test_the_examples_are_taken(openapi: dict[str, Any], world: World) -> None:
    events = list(read_events([orjson.dumps(each) for each in example(openapi, "/v1/events")], NOW))
    assert events
    assert not [event for event in events if isinstance(event, Problem)]
    assert world.post("/v1/search", example(openapi, "/v1/search"), world.key("acme")).status == 200
    taken = intake.Taken()
    assert len(intake.queries(example(openapi, "/ubi_queries"), taken)) == 1
    terms = intake.Terms("acme", NOW, {}, {})
    assert len(intake.actions(example(openapi, "/ubi_events"), terms, taken)) == 1
    assert not taken.refused


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/docs", 404), ("GET", "/v1/events", 405), ("DELETE", "/v1/search", 405),
     ("GET", "/v1/documents/", 401), ("POST", "/v1/events/x", 404), ("GET", "/%2e%2e/etc/passwd", 404)],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_too(world: World, method: str, path: str, status: int) -> None:
    answer = world.request(method, path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


def test_a_crash_is_a_problem_without_its_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("a secret")

    world.found = crash  # type: ignore[assignment]
    answer = world.post("/v1/search", {"query": "x"}, world.key("acme"))
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert b"secret" not in answer.data


def test_nothing_is_shown_to_a_browser_that_fetches_from_elsewhere(world: World) -> None:
    app = routes(world.gateway)
    assert (app.docs_url, app.redoc_url) == (None, None)
