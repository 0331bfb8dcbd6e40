"""Which statements, as the engine formats them, may run."""

import pytest

from embedded.clickhouse_errors import EngineError
from embedded.clickhouse_guard import check

KNOWN = {"file", "url", "s3", "executable", "numbers", "view", "null", "merge", "fuzzjson"}


@pytest.mark.parametrize(
    "formatted",
    [
        "SELECT * FROM numbers(3)",
        "SELECT * FROM view(SELECT 1) WHERE x IN numbers(2)",
        "WITH 'INTO OUTFILE ''x'' file(1)' AS a SELECT a, url, file, `file` FROM t",
        "SELECT extractURLParameter(url, 'x') FROM t INNER JOIN file USING (a)",
        "CREATE TABLE a.t (`a` Int32, `url` String) ENGINE = ReplacingMergeTree(a) ORDER BY a",
        "CREATE MATERIALIZED VIEW v TO t AS SELECT * FROM t",
        "INSERT INTO file SELECT 1",
        "SELECT ENGINE = File FROM t",
        "ALTER TABLE t (DELETE WHERE a = 1)",
        "SHOW TABLES",
    ],
)
def test_what_stays_within_its_tables_passes(formatted: str) -> None:
    check(formatted, KNOWN)


@pytest.mark.parametrize(
    ("formatted", "code"),
    [
        ("SELECT * FROM file('/etc/passwd')", 497),
        ("SELECT file('/etc/passwd')", 497),
        ("SELECT `FILE` ('/etc/passwd')", 497),
        ("SELECT 1 WHERE 1 IN (SELECT * FROM (SELECT * FROM url('x')))", 497),
        ("WITH a AS (SELECT * FROM s3('x')) SELECT * FROM a", 497),
        ("DESCRIBE TABLE executable('x')", 497),
        ("EXPLAIN AST SELECT * FROM fuzzJSON('x')", 497),
        ("CREATE VIEW v AS SELECT file('x')", 497),
        ("CREATE TABLE t AS url('x')", 497),
        ("CREATE TABLE t (`a` Int32) ENGINE = File(CSV)", 497),
        ("CREATE TABLE t (`a` Int32) ENGINE = `URL`('x')", 497),
        ("CREATE TABLE t (`a` Int32) ENGINE = Executable('x', 'CSV')", 497),
        ("CREATE DATABASE d ENGINE = SQLite('x')", 497),
        ("CREATE TABLE t (`a` Int32) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local')", 497),
        ("CREATE DICTIONARY d (`a` UInt64) PRIMARY KEY a SOURCE(FILE(PATH 'x'))", 497),
        ("ALTER TABLE t (ADD COLUMN `b` String DEFAULT file('x'))", 497),
        ("INSERT INTO FUNCTION null('a Int32') SELECT 1", 497),
        ("INSERT INTO t FROM INFILE 'x' FORMAT CSV", 497),
        ("ATTACH TABLE t FROM '/x' (`a` Int32) ENGINE = Log", 497),
        ("BACKUP TABLE t TO File('x')", 497),
        ("SYSTEM SHUTDOWN", 497),
        ("SELECT 1 INTO OUTFILE 'x' TRUNCATE FORMAT CSV", 358),
        ("CREATE TABLE t (`a` Int32) ENGINE = Memory INTO OUTFILE 'x'", 358),
    ],
)
def test_what_reaches_outside_is_refused(formatted: str, code: int) -> None:
    with pytest.raises(EngineError) as caught:
        check(formatted, KNOWN)
    assert caught.value.code == code


def test_the_servers_own_file_is_read_once() -> None:
    check("INSERT INTO t FROM INFILE '/dev/fd/7' FORMAT CSV", KNOWN, own_data=True)
    with pytest.raises(EngineError):
        check("INSERT INTO t FROM INFILE 'a' FROM INFILE 'b' FORMAT CSV", KNOWN, own_data=True)
