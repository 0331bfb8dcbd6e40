"""What a ClickHouse statement is, read from its first bytes: enough to route it, never to change it.

The HTTP interface receives a query and, behind an INSERT, its data in one stream of bytes. `parse` finds where the one
ends and the other begins, by the rules of ClickHouse's own `ParserInsertQuery`: data start after `FORMAT name` and the
blanks and at most one newline behind it, or right after `VALUES`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""
    (?P<blank>\s+|--[^\n]*|\#[\ !][^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<quoted>'(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|`(?:[^`\\]|\\.)*(?:`|\Z))
  | (?P<heredoc>\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
  | (?P<word>[A-Za-z_]\w*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DATA_BLANKS = re.compile(rb"[ \t\f]*\r?\n?")
_OPEN, _CLOSE = (b"(", b"[", b"{"), (b")", b"]", b"}")

READING = frozenset({"SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "CHECK", "("})
STREAMING = frozenset({"SELECT", "WITH", "FROM"})


@dataclass(frozen=True)
class Statement:
    """One statement: its first keyword, the format it names, and where an INSERT's own data begin."""

    verb: str
    format: str | None = None
    data_at: int | None = None
    """Byte offset of inline data; None when the statement brings none."""
    insert: bytes = b""
    """For an INSERT with data: the statement up to, and without, `FORMAT name` or `VALUES`."""
    settings_at: int | None = None
    """For an INSERT with data: where its SETTINGS begin within `insert`."""
    several: bool = False
    """Another statement follows after a semicolon."""

    @property
    def reads(self) -> bool:
        """True when the statement changes nothing (what an HTTP GET may run)."""
        return self.verb in READING

    def reading_from(self, path: str) -> str:
        """Return an INSERT with data as the same INSERT that reads them from a file of the engine's process."""
        at = len(self.insert) if self.settings_at is None else self.settings_at
        target, settings = self.insert[:at].decode(), self.insert[at:].decode()
        return f"{target}\nFROM INFILE '{path}'\n{settings}\nFORMAT {self.format}"


def parse(text: bytes) -> Statement:
    """Read the statement at the start of `text` (which may be followed by an INSERT's binary data)."""
    tokens = _significant(text)
    verb, depth, output_format, expect_format = "", 0, None, False
    for kind, token, _, end in tokens:
        if not verb:
            verb = token.decode(errors="replace").upper() if kind == "word" or token == b"(" else "?"
        word = token.upper() if kind == "word" else b""
        if word == b"INSERT" and depth == 0 and verb in ("INSERT", "WITH"):
            return _insert(text, tokens)
        if expect_format and word:
            output_format = token.decode()
        expect_format = word == b"FORMAT" and depth == 0
        depth += (token in _OPEN) - (token in _CLOSE)
        if token == b";":
            return Statement(verb, output_format, several=_more(text, end))
    return Statement(verb, output_format)


def _insert(text: bytes, tokens: Iterator[tuple[str, bytes, int, int]]) -> Statement:
    """Read on behind the word INSERT, up to what feeds it."""
    depth, target_seen, prior, settings_at = 0, False, b"", None
    for kind, token, start, end in tokens:
        word = token.upper() if kind == "word" else b""
        if depth == 0 and target_seen and prior != b".":
            if word == b"SETTINGS" and settings_at is None:
                settings_at = start
            if word == b"VALUES":
                return Statement("INSERT", "Values", end, text[:start], settings_at)
            if word == b"FORMAT" and (name := next(tokens, None)) is not None:
                blanks = _DATA_BLANKS.match(text, name[3])
                data_at = blanks.end() if blanks else name[3]
                return Statement("INSERT", name[1].decode(errors="replace"), data_at, text[:start], settings_at)
            if word in (b"SELECT", b"WITH", b"FROM", b"INFILE"):
                return Statement("INSERT", several=_semicolon_follows(text, tokens))
        if depth == 0 and word not in (b"INTO", b"TABLE", b"FUNCTION") and token != b";":
            target_seen = True
        depth += (token in _OPEN) - (token in _CLOSE)
        prior = token
        if token == b";":
            return Statement("INSERT", several=_more(text, end))
    return Statement("INSERT")


def _significant(text: bytes) -> Iterator[tuple[str, bytes, int, int]]:
    """Yield (kind, token, start, end) of everything but blanks and comments."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind != "blank":
            yield ("heredoc" if kind == "tag" else kind), match.group(), match.start(), match.end()


def _semicolon_follows(text: bytes, tokens: Iterator[tuple[str, bytes, int, int]]) -> bool:
    return any(token == b";" and _more(text, end) for _, token, _, end in tokens)


def _more(text: bytes, end: int) -> bool:
    return next((True for _, token, _, _ in _significant(text[end:]) if token != b";"), False)
