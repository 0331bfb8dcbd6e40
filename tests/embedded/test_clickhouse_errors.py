"""Errors keep ClickHouse's code, and each code its HTTP status."""

import pytest

from embedded.clickhouse_errors import EngineError, http_status


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("Streaming insert finish failed: Code: 469. DB::Exception: no", 469, "Code: 469. DB::Exception: no"),
        ("something else", 1001, "Code: 1001. something else"),
    ],
)
def test_the_code_is_read_from_what_the_engine_says(text: str, code: int, message: str) -> None:
    error = EngineError.of(RuntimeError(text))
    assert (error.code, str(error)) == (code, message)


@pytest.mark.parametrize(
    ("code", "status"), [(62, 400), (60, 404), (516, 403), (202, 503), (209, 408), (243, 500), (469, 500), (497, 500)]
)
def test_the_status_is_a_servers(code: int, status: int) -> None:
    assert http_status(code) == status
