"""One HTTP request to the embedded ClickHouse: read it, route it, answer it as a ClickHouse server would."""

import json
import logging
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import chain
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from embedded.clickhouse_access import Access
from embedded.clickhouse_body import PIECE, BadBody, form_fields, packer, pieces
from embedded.clickhouse_engine import Engine, EngineError, Handle, Result
from embedded.clickhouse_sql import STREAMING, Statement, parse

log = logging.getLogger(__name__)

HEAD = 1 << 18
"""Bytes in which a statement must have begun its data: `max_query_size` of a server."""
TEXT_LIMIT = 1 << 24
STREAM_SAFE = frozenset(
    {
        "Native",
        "TabSeparated",
        "TSV",
        "TabSeparatedRaw",
        "TSVRaw",
        "CSV",
        "RowBinary",
        "JSONEachRow",
        "JSONCompactEachRow",
        "NDJSON",
    }
)
TRANSPORT = frozenset(
    {
        "query",
        "database",
        "default_format",
        "user",
        "password",
        "session_id",
        "session_timeout",
        "session_check",
        "query_id",
        "quota_key",
        "compress",
        "decompress",
        "buffer_size",
        "wait_end_of_query",
        "client_protocol_version",
        "role",
        "stacktrace",
        "close_session",
        "enable_http_compression",
        "http_zlib_compression_level",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
        "cancel_http_readonly_queries_on_client_close",
        "http_response_buffer_size",
        "http_wait_end_of_query",
    }
)
CONTENT_TYPES = {
    "json": "application/json; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8; header=absent",
    "csvwithnames": "text/csv; charset=UTF-8; header=present",
    "tabseparated": "text/tab-separated-values; charset=UTF-8",
    "jsoneachrow": "application/x-ndjson; charset=UTF-8",
    "native": "application/octet-stream",
}
BAD_REQUEST = frozenset({6, 26, 27, 33, 36, 38, 41, 42, 43, 53, 62, 70, 72, 115, 117, 131, 164, 441, 456, 457})
NOT_FOUND = frozenset({16, 46, 47, 50, 56, 60, 81})
STATUS = {516: 403, 202: 503, 48: 501}


class EngineServer(Protocol):
    """The server that a request came to."""

    engine: Engine
    access: Access


class Handler(BaseHTTPRequestHandler):
    """Answers GET, HEAD and POST on `/` and GET on `/ping`."""

    protocol_version = "HTTP/1.1"
    server_version = "embedded-clickhouse"
    disable_nagle_algorithm = True
    timeout = 600
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        """Health, or a query in the URL (read-only)."""
        self._answer()

    do_HEAD = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep the log for errors; requests are not logged."""

    def _answer(self) -> None:
        self._query_id, self._begun = "", False
        address = urlsplit(self.path)
        url = dict(parse_qsl(address.query, keep_blank_values=True, errors="surrogateescape"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._body: Iterator[bytes] = iter(())
        try:
            self._body = pieces(cast(BinaryIO, self.rfile), headers)
            if refusal := self.engine_server.access.refusal(headers, url):
                raise EngineError(516, f"Code: 516. DB::Exception: {refusal}. (AUTHENTICATION_FAILED)")
            if address.path in ("/ping", "/replicas_status") or (
                address.path == "/" and self.command != "POST" and "query" not in url
            ):
                self._send(200, b"Ok.\n", {"Content-Type": "text/html; charset=UTF-8"})
            elif address.path not in ("/", ""):
                self._send(404, f"There is no handle {self.path}\n".encode(), {})
            else:
                self._query(url, headers)
        except EngineError as error:
            self._fail(error)
        except ValueError as error:  # a body, a number or a text that is not what it should be
            self.close_connection = True
            self._fail(EngineError(27, f"Code: 27. DB::Exception: {error}. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)"))

    @property
    def engine_server(self) -> EngineServer:
        """The server, by what is needed of it."""
        return cast(EngineServer, self.server)

    def _query(self, url: dict[str, str], headers: dict[str, str]) -> None:
        url.setdefault("database", headers.get("x-clickhouse-database", ""))
        url.setdefault("default_format", headers.get("x-clickhouse-format", ""))
        if url.get("compress") == "1" or url.get("decompress") == "1":
            raise _error(48, "compress=1 is not served here; use HTTP's Content-Encoding", "NOT_IMPLEMENTED")
        if headers.get("content-type", "").startswith("multipart/form-data"):
            fields = form_fields(_joined(self._body), headers["content-type"])
            url.update({name: value.decode(errors="surrogateescape") for name, value in fields.items()})
        self._query_id = url.get("query_id") or str(uuid.uuid4())
        stated = url.get("query", "").encode(errors="surrogateescape")
        body = chain([stated + b"\n"], self._body) if stated else self._body
        head = _head(body, len(stated))
        statement = parse(head)
        if statement.several:
            raise _error(62, "Syntax error (Multi-statements are not allowed): send one statement", "SYNTAX_ERROR")
        session, lives_s = url.get("session_id", ""), float(url.get("session_timeout") or 60)
        if self.command != "POST" and not statement.reads and session:
            raise _error(164, "a GET request may only read; send what writes as POST", "READONLY")
        with self.engine_server.engine.handle(session, lives_s) as handle:
            params = {n[6:]: v for n, v in url.items() if n.startswith("param_")}
            settings = {n: v for n, v in url.items() if n not in TRANSPORT and not n.startswith("param_")}
            if settings.pop("readonly", "0") not in ("", "0") and not statement.reads:
                raise _error(164, f"readonly mode: {statement.verb} begins no statement that only reads", "READONLY")
            if self.command != "POST" and not session:
                settings["readonly"] = "2"
            if statement.data_at is not None:
                handle.prepare(url["database"], settings, params)
                self._insert(handle, statement, head, body)
            else:
                handle.prepare(url["database"], settings, {})
                self._run(handle, statement, _text(head, body), url, params)

    def _insert(self, handle: Handle, statement: Statement, head: bytes, body: Iterator[bytes]) -> None:
        data = chain([head[statement.data_at :]], body)
        try:
            result = handle.insert(statement.insert.decode(), statement.format or "", data)
        except EngineError:
            for _ in self._body:  # the client reads the answer only after it has sent everything
                pass
            raise
        self._send(200, b"", self._headers("", result))

    def _run(self, handle: Handle, statement: Statement, sql: str, url: dict[str, str], params: dict[str, str]) -> None:
        output = statement.format or url["default_format"] or "TabSeparated"
        if statement.verb == "USE":
            handle.database = ""  # the statement may move the session elsewhere
        streams = output in STREAM_SAFE and url.get("wait_end_of_query") != "1" and self.request_version != "HTTP/1.0"
        if streams and statement.verb in STREAMING:
            try:
                self._stream(handle.stream(sql, output, params), output, url)
                return
            except EngineError as error:
                if self._begun or "Streaming query is not supported" not in str(error):
                    raise
        result = handle.query(sql, output, params)
        gives_rows = bool(result.data) or statement.reads
        headers = self._headers(output if gives_rows else "", result)
        data = result.data
        if (packing := self._packing(url)) and len(data) > 1024:
            headers["Content-Encoding"], feed, finish = packing
            data = feed(data) + finish()
        self._send(200, data, headers)

    def _stream(self, blocks: Iterator[bytes], output: str, url: dict[str, str]) -> None:
        """Send a result while it is made; an error until the first block is still a proper error answer."""
        first = next(blocks, b"")
        tag = uuid.uuid4().hex[:16]
        headers = {**self._headers(output, None), "X-ClickHouse-Exception-Tag": tag, "Transfer-Encoding": "chunked"}
        encoding, feed, finish = self._packing(url) or ("", lambda data: data, lambda: b"")
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

    def _packing(self, url: dict[str, str]) -> Any:  # noqa: ANN401 - see `packer`
        return packer(self.headers.get("Accept-Encoding", "")) if url.get("enable_http_compression") == "1" else None

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
        status = 400 if error.code in BAD_REQUEST else 404 if error.code in NOT_FOUND else STATUS.get(error.code, 500)
        text = f"{error} (version {self.engine_server.engine.version})\n".encode(errors="replace")
        self._send(status, text, {**self._headers("", None), "X-ClickHouse-Exception-Code": str(error.code)})

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


def _error(code: int, message: str, name: str) -> EngineError:
    return EngineError(code, f"Code: {code}. DB::Exception: {message}. ({name})")


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
