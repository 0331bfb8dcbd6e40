"""Heads of HTTP requests, as clients and attackers send them."""

from io import BytesIO

import pytest

from embedded.clickhouse_head import LIMIT, BadHead, Head, keeps_alive, read, waits_to_send


def head(text: bytes) -> Head:
    stream = BytesIO(text)
    found = read(stream, stream.readline())
    assert stream.read() == b"body", "the head ends where the body begins"
    return found


def test_a_head_says_method_target_and_headers() -> None:
    found = head(
        b"POST /?query=SELECT+1&a=%FF HTTP/1.1\r\nHost: x:1\r\nX-ClickHouse-Key: S e:cret \r\nETag:\r\n\r\nbody"
    )
    assert (found.method, found.target, found.version) == ("POST", "/?query=SELECT+1&a=%FF", "1.1")
    assert found.headers == {"host": "x:1", "x-clickhouse-key": "S e:cret", "etag": ""}
    assert keeps_alive(found)
    assert not waits_to_send(found)


@pytest.mark.parametrize(
    ("line", "headers", "keeps"),
    [
        (b"GET / HTTP/1.1", b"Connection: close", False),
        (b"GET / HTTP/1.1", b"Connection: Keep-Alive", True),
        (b"GET / HTTP/1.1", b"Connection: TE, Close", False),
        (b"GET / HTTP/1.0", b"Host: x", False),
        (b"GET / HTTP/1.0", b"Connection: keep-alive", True),
    ],
)
def test_a_connection_lives_on_when_both_sides_say_so(line: bytes, headers: bytes, keeps: bool) -> None:
    assert keeps_alive(head(line + b"\r\n" + headers + b"\r\n\r\nbody")) == keeps


def test_a_client_may_wait_until_it_is_told_to_send() -> None:
    assert waits_to_send(head(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\nbody"))
    assert not waits_to_send(head(b"POST / HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody"))


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * LIMIT,
        b"GET / HTTP/1.1\r\nA: " + b"b" * 2 * LIMIT + b"\r\n\r\n",
    ],
)
def test_what_is_no_head_is_refused(text: bytes) -> None:
    stream = BytesIO(text)
    with pytest.raises(BadHead):
        read(stream, stream.readline())
