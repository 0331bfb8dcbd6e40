"""Which requests are turned away before anything is run."""

import base64
import http.client

import pytest

from embedded.clickhouse_access import Access
from tests.embedded.asking import Address, ask

HERE = Access("127.0.0.1", "default", "right")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8123"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::1"},
        {"host": "127.0.0.1:8123", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8123", "origin": "http://127.0.0.1:3000"},
        {"host": "127.0.0.1:8123", "origin": "http://127.0.0.1:8123.evil.example"},
        {"host": "127.0.0.1:8123", "origin": "null"},
        {"host": "127.0.0.1:8123", "origin": ""},
        {"host": "127.0.0.1:8123", "sec-fetch-site": "same-site"},
        {"host": "127.0.0.1:8123", "sec-fetch-site": "cross-site"},
    ],
)
def test_web_pages_of_others_are_turned_away(headers: dict[str, str]) -> None:
    assert HERE.foreign(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "127.0.0.1:8123"},
        {"host": "LOCALHOST"},
        {"host": "[::1]:8123"},
        {"host": "localhost:8123", "origin": "http://localhost:8123", "sec-fetch-site": "same-origin"},
    ],
)
def test_programs_and_the_servers_own_pages_are_not(headers: dict[str, str]) -> None:
    assert not HERE.foreign(headers)


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        (basic("default:right"), {}),
        ({"x-clickhouse-user": "default", "x-clickhouse-key": "right"}, {}),
        ({"x-clickhouse-key": "right"}, {}),
        ({}, {"user": "default", "password": "right"}),
    ],
)
def test_the_password_is_taken_in_every_way_of_clickhouse(headers: dict[str, str], url: dict[str, str]) -> None:
    assert not HERE.refusal(headers, url)


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({}, {}),
        (basic("default:wrong"), {}),
        (basic("other:right"), {}),
        (basic("default"), {}),
        ({"authorization": "Basic ***"}, {}),
        ({"authorization": "Bearer right"}, {}),
        ({"x-clickhouse-user": "default:right"}, {}),
        ({"x-clickhouse-key": "wrong"}, {"password": "right"}),
        ({}, {"user": "default", "password": "righ"}),
        ({}, {"password": "\udcff"}),
    ],
)
def test_everything_else_is_refused(headers: dict[str, str], url: dict[str, str]) -> None:
    assert HERE.refusal(headers, url)


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}])
@pytest.mark.parametrize("path", ["/ping", "/?query=SELECT+1"])
def test_the_running_server_turns_web_pages_away(address: Address, headers: dict[str, str], path: str) -> None:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
    connection.request("GET", path, headers={"X-ClickHouse-Key": address.password, **headers})
    assert connection.getresponse().status == 403
    connection.close()
    assert ask(address, "SELECT 1")[2] == b"1\n"
