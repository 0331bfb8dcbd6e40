"""Which statements the embedded ClickHouse runs: none that reads or writes outside its own tables.

The engine's own rights (`clickhouse_rights`) refuse files, addresses and other servers as sources. This is the second
line, for what those rights do not cover: the scalar function `file`, `INTO OUTFILE`, tables on foreign paths. It reads
the statement as the engine's own formatter writes it (comments gone, names and literals in one spelling), never the
client's text, so that odd quotes, escapes and casing cannot hide anything.
"""

import re
from collections.abc import Collection, Iterator

from embedded.clickhouse_errors import ACCESS_DENIED, INTO_OUTFILE_NOT_ALLOWED, EngineError


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TABLE_FUNCTIONS = _names("""
    numbers numbers_mt zeros zeros_mt generateseries generate_series generaterandom primes values null
    format input view viewifpermitted viewexplain merge loop mergetreeindex mergetreeprojection
    mergetreecodecblockcounts mergetreetextindex
""")
"""Table functions that may be used, in lower case: they make rows, or read tables of this server."""
ENGINES = _names("""
    mergetree replacingmergetree summingmergetree aggregatingmergetree collapsingmergetree
    coalescingmergetree versionedcollapsingmergetree memory null log tinylog stripelog set join buffer
    merge view materializedview generaterandom atomic
""")
"""Table and database engines that may be used, in lower case: they keep rows here, or nowhere."""
OTHER_SOURCES = _names("""
    file disk executable executablepool python catboostevaluate aigenerate aiembed aiextract aiclassify
    aitranslate aifilter airedact aisimilarity
""")
"""What is called like a function, is no table function, and reaches outside."""
VERBS = _names("""
    SELECT WITH ( SHOW DESCRIBE EXISTS EXPLAIN CHECK INSERT CREATE REPLACE ALTER DROP TRUNCATE RENAME
    EXCHANGE OPTIMIZE DELETE UPDATE USE SET KILL
""")
"""First words of statements that are served."""
_DEFINING = frozenset({"CREATE", "REPLACE", "ALTER"})
_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<text>'(?:[^'\\]|\\.)*')
  | (?P<name>`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|[A-Za-z_][\w$]*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def check(formatted: str, known_table_functions: Collection[str], own_data: bool = False) -> None:
    """Raise `EngineError` when a statement, as the engine formats it, may not be run here.

    `known_table_functions` are all that the engine has, in lower case; those outside of `TABLE_FUNCTIONS` are refused
    wherever a name is called like a function. `own_data`: one FROM INFILE is the server's own.
    """
    verb, before, earlier = "", "", ""
    refused = (frozenset(known_table_functions) - TABLE_FUNCTIONS) | OTHER_SOURCES
    for word in _significant(formatted):
        if not verb:
            verb = word
            if verb not in VERBS:
                raise _denied(f"{verb} is not served by the embedded ClickHouse")
        if (before, word) == ("INTO", "OUTFILE"):
            raise EngineError.made(INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE is not allowed", "INTO_OUTFILE_NOT_ALLOWED")
        if (before, word) == ("FROM", "INFILE") and own_data:
            own_data = False
        elif (before, word) in (("FROM", "INFILE"), ("INTO", "FUNCTION")):
            raise _denied(f"{before} {word} is not allowed; send the data with the statement")
        if word == "(" and _plain(before) in refused:
            raise _denied(f"{_plain(before)}() is not allowed: it reaches outside of this server's tables")
        if verb in _DEFINING and (earlier, before) == ("ENGINE", "=") and _plain(word) not in ENGINES:
            raise _denied(f"ENGINE = {word} is not allowed: tables are kept here (MergeTree and its kin, Memory, Log)")
        earlier, before = before, word


def _plain(token: str) -> str:
    """Return a name without its quotes and in lower case."""
    return token.strip('`"').lower()


def _denied(message: str) -> EngineError:
    return EngineError.made(ACCESS_DENIED, message, "ACCESS_DENIED")


def _significant(formatted: str) -> Iterator[str]:
    """Yield each token but blanks; a literal as an empty one. The formatter writes keywords in upper case."""
    for match in _TOKEN.finditer(formatted):
        if match.lastgroup == "text":
            yield "''"
        elif match.lastgroup != "blank":
            yield match.group()
