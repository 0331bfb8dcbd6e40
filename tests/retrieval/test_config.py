"""For which tenants documents are found by what people clicked after."""

import pytest

from retrieval.config import ClickedQueriesConfig


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, [True, True]),
        ({"without": {"acme"}}, [False, True]),
        ({"enabled": False}, [False, False]),
        ({"enabled": False, "without": {"acme"}}, [False, False]),
    ],
)
def test_clicked_queries_are_on_unless_all_or_this_tenant_does_without(
    rules: dict[str, object], expected: list[bool]
) -> None:
    found = ClickedQueriesConfig.model_validate(rules)
    assert [found.of(tenant) for tenant in ("acme", "other")] == expected
