"""What a request asks for."""

import pytest

from embedded.clickhouse_errors import EngineError
from embedded.clickhouse_request import Request


def read(method: str = "POST", headers: dict[str, str] | None = None, /, **fields: str) -> Request:
    return Request.read(fields, headers or {}, method)


@pytest.mark.parametrize(
    ("request_", "read_only", "setting"),
    [
        (read(), False, None),
        (read(readonly="0"), False, None),
        (read(readonly="1"), True, "1"),
        (read(readonly="2"), True, "2"),
        (read(readonly="x"), True, "2"),
        (read("GET"), True, "2"),
        (read("HEAD", readonly="0"), True, "2"),
        (read("GET", readonly="1"), True, "1"),
        (read("PUT"), True, "2"),
        (read("GET", session_id="s"), True, None),
    ],
)
def test_only_a_post_may_write_and_readonly_reaches_the_engine(
    request_: Request, read_only: bool, setting: str | None
) -> None:
    assert request_.read_only is read_only
    assert request_.settings.get("readonly") == setting


def test_settings_parameters_and_transport_are_sorted() -> None:
    request = read(query="SELECT 1", max_threads="1", param_a="b", user="u", password="p", database="d")
    assert request.settings == {"max_threads": "1"}
    assert request.parameters == {"a": "b"}
    assert (request.database, request.default_format) == ("d", "TabSeparated")
    assert read("POST", {"x-clickhouse-database": "h", "x-clickhouse-format": "CSV"}).database == "h"


@pytest.mark.parametrize("name", ["compress", "decompress"])
def test_clickhouses_own_framing_is_not_served(name: str) -> None:
    with pytest.raises(EngineError) as caught:
        read(**{name: "1"})
    assert caught.value.code == 48
