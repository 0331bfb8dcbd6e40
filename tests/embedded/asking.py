"""An embedded ClickHouse under test, asked over plain HTTP as curl speaks it."""

import http.client
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from stores.settings import Settings


class Address(NamedTuple):
    """Where a server listens, and its password if it has one."""

    host: str
    port: int
    password: str = ""


def address_of(stack: Settings) -> Address:
    """Return the address of a stack's ClickHouse."""
    url = urlsplit(stack.clickhouse_url.get_secret_value())
    return Address(url.hostname or "", url.port or 0, url.password or "")


def ask(
    address: Address, body: str | bytes | None, headers: dict[str, str] | None = None, /, **url: str
) -> tuple[int, dict[str, str], bytes]:
    """POST a body, or GET without one; return status, headers and content."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
    data = body.encode() if isinstance(body, str) else body
    key = {"X-ClickHouse-Key": address.password} if address.password else {}
    with closing(connection):
        connection.request("GET" if body is None else "POST", "/?" + urlencode(url), data, {**key, **(headers or {})})
        answer = connection.getresponse()
        with answer:
            content = answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def code(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str | None]:
    """Return an answer's status and ClickHouse's exception code."""
    return answer[0], answer[1].get("x-clickhouse-exception-code")
