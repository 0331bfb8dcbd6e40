"""One HTTP request to the embedded ClickHouse: read it, route it, answer it as a ClickHouse server would."""

import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from itertools import chain
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from embedded import clickhouse_disk
from embedded.clickhouse_access import Access
from embedded.clickhouse_body import PIECE, BadBody, form_fields, packer, pieces
from embedded.clickhouse_clients import Clients
from embedded.clickhouse_engine import Engine
from embedded.clickhouse_errors import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    CANNOT_PARSE_INPUT,
    READONLY,
    SOCKET_TIMEOUT,
    SYNTAX_ERROR,
    EngineError,
    http_status,
)
from embedded.clickhouse_handle import Handle, Result
from embedded.clickhouse_head import BadHead, Head, keeps_alive, read, waits_to_send
from embedded.clickhouse_request import CONTENT_TYPES, STREAM_SAFE, Request
from embedded.clickhouse_spool import spooled
from embedded.clickhouse_sql import STREAMING, Statement, parse

log = logging.getLogger(__name__)

HEAD = 1 << 18
"""Bytes in which a statement must have begun its data: `max_query_size` of a server."""
TEXT_LIMIT = 1 << 24
SILENT_S = 30.0
"""Seconds without a byte, sent or taken, within a request until its connection is closed."""
KEPT_ALIVE_S = 600.0
"""Seconds between two requests of one connection."""
PING_S = 1.0
"""Seconds in which a query must have been run for `/ping` to say Ok."""


class EngineServer(Protocol):
    """The server that a request came to."""

    engine: Engine
    access: Access
    clients: Clients


class Handler(BaseHTTPRequestHandler):
    """Answers GET, HEAD and POST on `/` and GET on `/ping`."""

    protocol_version = "HTTP/1.1"
    server_version = "embedded-clickhouse"
    disable_nagle_algorithm = True
    timeout = SILENT_S
    wbufsize = 1 << 16
    head: Head
    raw_requestline: bytes

    def parse_request(self) -> bool:
        """Read the request's head; the base class calls it once the first line is in `raw_requestline`."""
        self.command, self.requestline, self.close_connection = "", str(self.raw_requestline, "latin-1").rstrip(), True
        self.request_version = self.protocol_version
        try:
            self.head = head = read(cast(BinaryIO, self.rfile), self.raw_requestline)
        except BadHead as error:
            self.send_error(HTTPStatus.BAD_REQUEST, str(error))
            return False
        self.command, self.path, self.request_version = head.method, head.target, f"HTTP/{head.version}"
        self.close_connection = not keeps_alive(head)
        return self.handle_expect_100() if waits_to_send(head) else True

    def do_GET(self) -> None:
        """Health, or a query in the URL (read-only), or with POST any query."""
        self._answer()

    do_HEAD = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep the log for errors; requests are not logged."""

    def _answer(self) -> None:
        self._query_id, self._begun = "", False
        self.connection.settimeout(SILENT_S)
        address = urlsplit(self.path)
        url = dict(parse_qsl(address.query, keep_blank_values=True, errors="surrogateescape"))
        headers = self.head.headers
        self._body: Iterator[bytes] = iter(())
        try:
            self._body = pieces(cast(BinaryIO, self.rfile), headers)
            self._route(address.path, url, headers)
        except EngineError as error:
            self._fail(error)
        except TimeoutError:
            self.close_connection, self._body = True, iter(())
            message = f"the client sent or took nothing for {SILENT_S:.0f} s"
            self._fail(EngineError.made(SOCKET_TIMEOUT, message, "SOCKET_TIMEOUT"))
        except ValueError as error:  # a body, a number or a text that is not what it should be
            self.close_connection = True
            self._fail(EngineError.made(CANNOT_PARSE_INPUT, str(error), "CANNOT_PARSE_INPUT_ASSERTION_FAILED"))
        self.connection.settimeout(KEPT_ALIVE_S)

    def _route(self, path: str, url: dict[str, str], headers: Mapping[str, str]) -> None:
        server = self.engine_server
        if refusal := server.access.foreign(headers):
            self.close_connection = True
            self._send(403, f"Code: {ACCESS_DENIED}. DB::Exception: {refusal}. (ACCESS_DENIED)\n".encode(), {})
        elif path == "/ping" or (path in ("/", "/replicas_status") and self.command != "POST" and "query" not in url):
            alive = server.engine.answers(PING_S)
            text = b"Ok.\n" if alive else f"No query can be run within {PING_S:g} s.\n".encode()
            self._send(200 if alive else 503, text, {"Content-Type": "text/html; charset=UTF-8"})
        elif refusal := server.access.refusal(headers, url):
            self.close_connection = True
            raise EngineError.made(AUTHENTICATION_FAILED, refusal, "AUTHENTICATION_FAILED")
        elif path not in ("/", ""):
            self._send(404, f"There is no handle {self.path}\n".encode(), {})
        else:
            self._query(url, headers)

    @property
    def engine_server(self) -> EngineServer:
        """The server, by what is needed of it."""
        return cast(EngineServer, self.server)

    def _query(self, url: dict[str, str], headers: Mapping[str, str]) -> None:
        if headers.get("content-type", "").startswith("multipart/form-data"):
            fields = form_fields(_joined(self._body), headers["content-type"])
            url.update({name: value.decode(errors="surrogateescape") for name, value in fields.items()})
        request = Request.read(url, headers, self.command)
        self._query_id = request.query_id
        stated = url.get("query", "").encode(errors="surrogateescape")
        body = chain([stated + b"\n"], self._body) if stated else self._body
        head = _head(body, len(stated))
        statement = parse(head)
        if statement.several:
            raise EngineError.made(
                SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed): send one statement", "SYNTAX_ERROR"
            )
        if statement.data_at is None:
            sql = _text(head, body)  # all of the body is here before the query takes a slot
            with self._lent(request) as handle:
                handle.check(sql, request.read_only)
                self._run(handle, statement, sql, request)
        elif request.read_only:
            raise EngineError.made(READONLY, "Cannot execute query in readonly mode", "READONLY")
        else:
            data = chain([head[statement.data_at :]], body)
            with spooled(data, self.engine_server.engine.path) as path, self._lent(request) as handle:
                handle.check_insert(statement, request.read_only)
                result = handle.insert(statement, path, request.parameters)
                handle.as_prepared = True
            clickhouse_disk.check_room(self.engine_server.engine.path)
            self._send(200, b"", self._headers("", result))

    @contextmanager
    def _lent(self, request: Request) -> Iterator[Handle]:
        """Lend a handle in the state that the request asks for; its query is killed when the client goes away."""
        server = self.engine_server
        lent = server.engine.handle(request.database, request.settings, request.session, request.session_s)
        with lent as handle, server.clients.watched(handle.mark, self.connection):
            yield handle

    def _run(self, handle: Handle, statement: Statement, sql: str, request: Request) -> None:
        output = statement.format or request.default_format
        if statement.verb == "USE":
            handle.database = ""  # the statement may move the session elsewhere
        streams = output in STREAM_SAFE and not request.waits and self.request_version != "HTTP/1.0"
        if streams and statement.verb in STREAMING:
            try:
                self._stream(handle.stream(sql, output, request.parameters), output, request)
                handle.as_prepared = True
                return
            except EngineError as error:
                if self._begun or "Streaming query is not supported" not in str(error):
                    raise
        result = handle.query(sql, output, request.parameters)
        handle.as_prepared = statement.reads or statement.verb == "INSERT"
        gives_rows = bool(result.data) or statement.reads
        headers = self._headers(output if gives_rows else "", result)
        data = result.data
        if (packing := self._packing(request)) and len(data) > 1024:
            headers["Content-Encoding"], feed, finish = packing
            data = feed(data) + finish()
        self._send(200, data, headers)

    def _stream(self, blocks: Iterator[bytes], output: str, request: Request) -> None:
        """Send a result while it is made; an error until the first block is still a proper error answer."""
        first = next(blocks, b"")
        tag = uuid.uuid4().hex[:16]
        headers = {**self._headers(output, None), "X-ClickHouse-Exception-Tag": tag, "Transfer-Encoding": "chunked"}
        encoding, feed, finish = self._packing(request) or ("", lambda data: data, lambda: b"")
        if encoding:
            headers["Content-Encoding"] = encoding
        self._start(200, headers)
        self._begun = True
        try:
            for block in chain([first], blocks):
                self._chunk(feed(block))
        except EngineError as error:
            text = str(error).encode()
            words = (tag.encode(), text, len(text) + 1, tag.encode())
            self._chunk(feed(b"\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n" % words) + finish())
            raise
        self._chunk(finish())
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _packing(self, request: Request) -> Any:  # noqa: ANN401 - see `packer`
        return packer(self.head.headers.get("accept-encoding", "")) if request.compresses else None

    def _headers(self, output: str, result: Result | None) -> dict[str, str]:
        engine = self.engine_server.engine
        headers = {"X-ClickHouse-Query-Id": self._query_id, "X-ClickHouse-Timezone": engine.timezone}
        if output:
            headers["X-ClickHouse-Format"] = output
        headers["Content-Type"] = CONTENT_TYPES.get(output.lower(), "text/plain; charset=UTF-8")
        if result:
            headers["X-ClickHouse-Summary"] = json.dumps(result.summary, separators=(",", ":"))
        return headers

    def _fail(self, error: EngineError) -> None:
        log.warning("query %s: %.300s", self._query_id, str(error).replace("\n", " "))
        if self._begun:
            self.close_connection = True  # without the last chunk: no client takes the part for the whole
            self.wfile.flush()
            return
        text = f"{error} (version {self.engine_server.engine.version})\n".encode(errors="replace")
        headers = {**self._headers("", None), "X-ClickHouse-Exception-Code": str(error.code)}
        self._send(http_status(error.code), text, headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        if any(True for _ in _limited(self._body)):
            self.close_connection = True
        self._start(status, {**headers, "Content-Length": str(len(data))})
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("X-ClickHouse-Server-Display-Name", "tidewheel-embedded")
        self.send_header("Connection", "close" if self.close_connection else "Keep-Alive")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


def _head(body: Iterator[bytes], least: int) -> bytes:
    """Take enough of the body to see where an INSERT's data begin."""
    parts: list[bytes] = []
    size = 0
    for piece in body:
        parts.append(piece)
        size += len(piece)
        if size >= max(HEAD, least + PIECE):
            break
    return b"".join(parts)


def _text(head: bytes, rest: Iterator[bytes]) -> str:
    return (head + _joined(rest)).decode(errors="surrogateescape")


def _joined(body: Iterator[bytes]) -> bytes:
    parts, size = [], 0
    for piece in body:
        size += len(piece)
        if size > TEXT_LIMIT:
            raise BadBody(f"a query may have at most {TEXT_LIMIT} bytes")
        parts.append(piece)
    return b"".join(parts)


def _limited(body: Iterator[bytes]) -> Iterator[bytes]:
    """Read a forgotten body off the connection so that the client gets to read its answer; what is too long stays."""
    size = 0
    for piece in body:
        size += len(piece)
        if size > TEXT_LIMIT:
            yield piece
            return
