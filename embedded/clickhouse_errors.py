"""ClickHouse's exceptions as the embedded server answers them: code, name, HTTP status."""

import re

ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516
CANNOT_PARSE_INPUT = 27
INTO_OUTFILE_NOT_ALLOWED = 358
NOT_ENOUGH_SPACE = 243
NOT_IMPLEMENTED = 48
READONLY = 164
SESSION_IS_LOCKED = 373
SOCKET_TIMEOUT = 209
SYNTAX_ERROR = 62
TOO_MANY_QUERIES = 202

_BAD_REQUEST = frozenset({6, 26, 27, 33, 36, 38, 41, 42, 43, 53, 62, 70, 72, 115, 117, 131, 164, 441, 456, 457})
_NOT_FOUND = frozenset({16, 46, 47, 50, 56, 60, 81})
_STATUS = {AUTHENTICATION_FAILED: 403, TOO_MANY_QUERIES: 503, NOT_IMPLEMENTED: 501, SOCKET_TIMEOUT: 408}
_CODE = re.compile(r"Code: (\d+)\. ")


class EngineError(Exception):
    """A ClickHouse exception: its code (https://clickhouse.com/docs, `ErrorCodes`) and its message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code

    @classmethod
    def of(cls, error: BaseException) -> "EngineError":
        """Wrap what chdb raised; a text without a code becomes 1001 (STD_EXCEPTION)."""
        text = str(error)
        match = _CODE.search(text)
        return cls(int(match[1]), text[match.start() :]) if match else cls(1001, f"Code: 1001. {text}")

    @classmethod
    def made(cls, code: int, message: str, name: str) -> "EngineError":
        """Return an error of the server's own, worded as ClickHouse words its own."""
        return cls(code, f"Code: {code}. DB::Exception: {message}. ({name})")


def http_status(code: int) -> int:
    """Return the HTTP status with which a ClickHouse server answers an exception code."""
    return 400 if code in _BAD_REQUEST else 404 if code in _NOT_FOUND else _STATUS.get(code, 500)
