"""The gateway held against its own OpenAPI by requests that Schemathesis makes up, fitting and unfitting ones: whatever
comes, no answer is a server's error, and every answer is one that the description has."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from stores.warehouse import Warehouse
from tests.gateway.world import World

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
NOT_READY = "/readyz"
"""Its 503 is an answer: the world has no search that answers."""

EXAMPLES = 60


@pytest.mark.thorough
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("shown", ["nothing", "a key", "a key and a person"])
def test_every_answer_is_one_that_is_described(world: World, tenant: str, mode: GenerationMode, shown: str) -> None:
    Warehouse.connect(world.where).migrate()
    headers: Mapping[str, str] = {
        "nothing": {},
        "a key": {"authorization": f"Bearer {world.key(tenant)}"},
        "a key and a person": {
            "authorization": f"Bearer {world.key(tenant)}",
            "x-person-token": world.person(tenant, "ana", "hr"),
        },
    }[shown]
    schema = schemathesis.openapi.from_url(f"{world.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert {one.path for one in operations} >= {"/v1/events", "/v1/search", "/ubi_events", "/healthz"}
    tried = 0
    for operation in operations:

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:  # noqa: ANN401  # a case, generic in what no test needs
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=dict(headers), checks=CHECKS if case.path != NOT_READY else CHECKS[1:])

        with suppress(Unsatisfiable, SkipTest):  # what takes nothing can be asked for nothing unfitting
            ask()
    assert tried > len(operations)
