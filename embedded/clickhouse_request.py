"""What one request to the embedded ClickHouse asks for, read from its URL, headers and form."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from embedded.clickhouse_errors import NOT_IMPLEMENTED, EngineError

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


@dataclass(frozen=True)
class Request:
    """The fields of one request; header names are in lower case."""

    fields: Mapping[str, str]
    headers: Mapping[str, str]
    method: str
    query_id: str

    @classmethod
    def read(cls, fields: Mapping[str, str], headers: Mapping[str, str], method: str) -> "Request":
        """Read a request. Raises `EngineError` for what is not served."""
        if fields.get("compress") == "1" or fields.get("decompress") == "1":
            raise EngineError.made(
                NOT_IMPLEMENTED, "compress=1 is not served here; use HTTP's Content-Encoding", "NOT_IMPLEMENTED"
            )
        return cls(fields, headers, method, fields.get("query_id") or str(uuid.uuid4()))

    @property
    def database(self) -> str:
        """Return the database that names without one are looked up in; empty for the session's."""
        return self.fields.get("database") or self.headers.get("x-clickhouse-database", "")

    @property
    def default_format(self) -> str:
        """Return the format of a result whose statement names none."""
        return self.fields.get("default_format") or self.headers.get("x-clickhouse-format", "") or "TabSeparated"

    @property
    def session(self) -> str:
        """Return the session's name; empty for none."""
        return self.fields.get("session_id", "")

    @property
    def session_s(self) -> float:
        """Return after how many seconds without a request the session ends. Raises `ValueError`."""
        return float(self.fields.get("session_timeout") or 60)

    @property
    def read_only(self) -> bool:
        """Return whether only reading is allowed: when asked for, and for every method but POST."""
        return self.method != "POST" or self.fields.get("readonly", "0") not in ("", "0")

    @property
    def waits(self) -> bool:
        """Return whether the answer is to be made whole before it is sent."""
        return self.fields.get("wait_end_of_query") == "1"

    @property
    def compresses(self) -> bool:
        """Return whether the answer may be compressed."""
        return self.fields.get("enable_http_compression") == "1"

    @property
    def settings(self) -> dict[str, str]:
        """Return the engine's settings for this request.

        `readonly` is among them without a session only: a handle keeps it for ever. In a session the statement is held
        to reading by the engine's parser alone (`Handle.check`).
        """
        given = {n: v for n, v in self.fields.items() if n not in TRANSPORT and not n.startswith("param_")}
        asked = given.pop("readonly", "0")
        if self.read_only and not self.session:
            given["readonly"] = "1" if asked == "1" else "2"
        return given

    @property
    def parameters(self) -> dict[str, str]:
        """Return the values of the statement's `{name:Type}`."""
        return {name[6:]: value for name, value in self.fields.items() if name.startswith("param_")}
