"""Escapes from the warehouse by SQL, tried on a running server by a reader and by a writer who has the password."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.asking import Address, ask
from tests.embedded.conftest import Start

SECRET = "the secret of this machine"


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that no statement may read; its directory is where none may write."""
    path = tmp_path_factory.mktemp("machine") / "secret"
    path.write_text(SECRET + "\n")
    return path


READS = r"""
SELECT * FROM file('{s}', 'LineAsString')
SELECT * FROM File('{s}', 'LineAsString')
SELECT file('{s}')
SELECT "f\x69le"('{s}')
SELECT `fi\x6ce`('{s}')
SELECT “file”('{s}')
select/**/*/**/from/**/file/**/('{s}','LineAsString')
SELECT * FROM -- comment
SELECT * FROM (SELECT * FROM (SELECT * FROM file('{s}', 'LineAsString')))
WITH a AS (SELECT * FROM file('{s}', 'LineAsString')) SELECT * FROM a
WITH (SELECT any(line) FROM file('{s}', 'LineAsString')) AS a SELECT a
SELECT 1 WHERE '' NOT IN (SELECT line FROM file('{s}', 'LineAsString'))
SELECT 1 UNION ALL SELECT length(line) FROM file('{s}', 'LineAsString')
(SELECT * FROM file('{s}', 'LineAsString'))
FROM file('{s}', 'LineAsString') SELECT *
SELECT * FROM file('{s}', 'LineAsString') FORMAT JSON
SELECT * FROM file('{s}', 'LineAsString') SETTINGS readonly = 0
SELECT * FROM view(SELECT * FROM file('{s}', 'LineAsString'))
SELECT * FROM viewExplain('EXPLAIN', '', (SELECT * FROM file('{s}', 'LineAsString')))
SELECT * FROM eval('SELECT * FROM file(\'{s}\', \'LineAsString\')') SETTINGS allow_experimental_eval_table_function = 1
SELECT * FROM loop(file('{s}', 'LineAsString')) LIMIT 1
SELECT * FROM remote('127.0.0.1', file('{s}', 'LineAsString'))
SELECT * FROM cluster('default', file('{s}', 'LineAsString'))
SELECT * FROM fileCluster('default', '{s}', 'LineAsString')
SELECT * FROM filesystem('{s}')
SELECT * FROM icebergLocal('{s}')
SELECT * FROM deltaLakeLocal('{s}')
SELECT * FROM sqlite('{s}', 't')
SELECT * FROM "{s}"
SELECT * FROM `{s}`
SELECT * FROM '{s}'
SELECT * FROM default.`{s}`
SELECT * FROM {{t:Identifier}}
DESCRIBE TABLE file('{s}', 'CSV')
EXPLAIN SELECT * FROM file('{s}', 'LineAsString')
EXPLAIN ESTIMATE SELECT * FROM file('{s}', 'LineAsString')
SELECT * FROM python('SECRET')
SELECT * FROM executable('cat {s}', 'LineAsString', 'x String')
SELECT * FROM executable('../../../../../../../../bin/cat', 'LineAsString', 'x String', (SELECT 1))
SELECT catboostEvaluate('{s}', 1)
SELECT 1 FORMAT Template SETTINGS format_template_resultset = '{s}'
SELECT 1 AS a FORMAT Protobuf SETTINGS format_schema = '{s}:a'
SELECT * FROM system.users
SELECT * FROM url('http://127.0.0.1:{p}/a', 'LineAsString')
SELECT * FROM urlCluster('default', 'http://127.0.0.1:{p}/a', 'LineAsString')
SELECT * FROM s3('http://127.0.0.1:{p}/bucket/a', 'CSV', 'a String')
SELECT * FROM gcs('http://127.0.0.1:{p}/bucket/a', 'CSV', 'a String')
SELECT * FROM hdfs('hdfs://127.0.0.1:{p}/a', 'CSV', 'a String')
SELECT * FROM mysql('127.0.0.1:{p}', 'a', 'b', 'c', 'd')
SELECT * FROM postgresql('127.0.0.1:{p}', 'a', 'b', 'c', 'd')
SELECT * FROM mongodb('127.0.0.1:{p}', 'a', 'b', 'c', 'd', 'a String')
SELECT * FROM redis('127.0.0.1:{p}', 'k', 'k String, v String')
SELECT * FROM odbc('DSN=x', 'a')
SELECT * FROM jdbc('x', 'a')
SELECT * FROM remoteSecure('127.0.0.1:{p}', 'system', 'one')
SELECT 1 AS a FORMAT AvroConfluent SETTINGS format_avro_schema_registry_url = 'http://127.0.0.1:{p}/'
SELECT 1 INTO OUTFILE '{d}/new1'
SELECT 1 INTO OUTFILE '{s}' TRUNCATE
select 1 into/**/outfile '{d}/new2' append
(SELECT 1) INTO OUTFILE '{d}/new3'
SELECT 1 FORMAT CSV INTO OUTFILE '{d}/new4'
DESCRIBE system.one INTO OUTFILE '{d}/new5'
SHOW TABLES INTO OUTFILE '{d}/new6'
EXPLAIN SELECT 1 INTO OUTFILE '{d}/new7'
SELECT 1 AS a FORMAT Protobuf SETTINGS output_format_schema = '{d}/new8'
SELECT 1; SELECT file('{s}')
SELECT 1 PARALLEL WITH SELECT file('{s}')
file('{s}')
COPY system.one TO '{d}/new9'
"""

WRITES = r"""
INSERT INTO FUNCTION file('{d}/new1', 'CSV', 'a Int32') SELECT 1
INSERT INTO TABLE FUNCTION file('{d}/new2', 'CSV', 'a Int32') VALUES (1)
INSERT INTO FUNCTION url('http://127.0.0.1:{p}/', 'CSV', 'a Int32') VALUES (1)
INSERT INTO keeps SELECT line FROM file('{s}', 'LineAsString')
INSERT INTO keeps FROM INFILE '{s}' FORMAT LineAsString
INSERT INTO keeps FROM INFILE '{s}' COMPRESSION 'none' FORMAT LineAsString
INSERT INTO keeps SELECT file('{s}')
CREATE TABLE e1 (a String) ENGINE = File(LineAsString, '{s}')
CREATE TABLE e2 (a String) ENGINE = URL('http://127.0.0.1:{p}/', 'CSV')
CREATE TABLE e3 (a String) ENGINE = S3('http://127.0.0.1:{p}/bucket/a', 'CSV')
CREATE TABLE e4 (a String) ENGINE = Executable('cat', 'CSV')
CREATE TABLE e5 (a String) ENGINE = ExecutablePool('cat', 'CSV')
CREATE TABLE e6 (a String) ENGINE = MySQL('127.0.0.1:{p}', 'a', 'b', 'c', 'd')
CREATE TABLE e7 (a String) ENGINE = SQLite('{s}', 'a')
CREATE TABLE e8 (a String) ENGINE = Distributed('c', 'd', 't')
CREATE TABLE e9 (a String) ENGINE = EmbeddedRocksDB(0, '{d}/new3') PRIMARY KEY a
CREATE TABLE e10 (a String) ENGINE = FileLog('{d}', 'CSV')
CREATE TABLE e11 (a String) ENGINE = Python(SECRET)
CREATE TABLE e12 (a Int32) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local', path = '{d}/new4/')
CREATE TABLE e13 (a Int32) ENGINE = MergeTree ORDER BY a SETTINGS table_disk = 1, disk = disk(type = 'web', endpoint = 'http://127.0.0.1:{p}/')
CREATE TABLE e14 (a Int32) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk({o}, path = '{d}/new5/')
CREATE TABLE e15 AS file('{s}', 'LineAsString')
CREATE TABLE e16 ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM file('{s}', 'LineAsString')
CREATE TEMPORARY TABLE e17 (a String) ENGINE = File(LineAsString)
CREATE TABLE e18 (a Int32) ENGINE = Memory INTO OUTFILE '{d}/new6'
CREATE VIEW v1 AS SELECT file('{s}') AS a
CREATE VIEW v2 AS SELECT * FROM file('{s}', 'LineAsString')
CREATE MATERIALIZED VIEW v3 ENGINE = File(CSV, '{d}/new7') AS SELECT a FROM keeps
CREATE FUNCTION reading AS x -> file(x)
CREATE DATABASE d1 ENGINE = Filesystem('{d}')
CREATE DATABASE d2 ENGINE = SQLite('{s}')
CREATE DATABASE d3 ENGINE = MySQL('127.0.0.1:{p}', 'a', 'b', 'c')
CREATE DATABASE d4 ENGINE = Overlay
CREATE DICTIONARY i1 (a UInt64, b String) PRIMARY KEY a SOURCE(FILE(PATH '{s}' FORMAT 'LineAsString')) {f}
CREATE DICTIONARY i2 (a UInt64, b String) PRIMARY KEY a SOURCE(HTTP(URL 'http://127.0.0.1:{p}/' FORMAT 'CSV')) {f}
CREATE DICTIONARY i3 (a UInt64, b String) PRIMARY KEY a SOURCE(EXECUTABLE(COMMAND 'cat {s}' FORMAT 'CSV')) {f}
CREATE NAMED COLLECTION n AS url = 'http://127.0.0.1:{p}/'
CREATE USER somebody
CREATE ROLE r
GRANT ALL ON *.* TO default
ATTACH TABLE e20 FROM '{d}/' (a String) ENGINE = MergeTree ORDER BY a
ATTACH DATABASE d5 ENGINE = Filesystem('{d}')
ALTER TABLE keeps ADD COLUMN b String DEFAULT file('{s}')
ALTER TABLE keeps UPDATE a = file('{s}') WHERE 1
BACKUP TABLE keeps TO File('{d}/new8')
RESTORE TABLE keeps FROM File('{d}/new8')
SYSTEM SHUTDOWN
SYSTEM RELOAD CONFIG
SET format_template_resultset = '{s}'
SET allow_python_table_function = 1
SET dialect = 'kusto'
EXECUTE AS default SELECT 1
"""

CHANGES = """
CREATE TABLE x (a Int32) ENGINE = Memory
CREATE DATABASE x
CREATE VIEW x AS SELECT 1
INSERT INTO keeps VALUES ('x')
INSERT INTO keeps SELECT 'x'
DROP TABLE keeps
TRUNCATE TABLE keeps
ALTER TABLE keeps DELETE WHERE 1
DELETE FROM keeps WHERE 1
OPTIMIZE TABLE keeps
RENAME TABLE keeps TO kept
SET readonly = 0
USE system
KILL QUERY WHERE 1
SELECT 1 SETTINGS readonly = 0
WITH 1 AS a INSERT INTO keeps SELECT 'x'
"""


def statements(text: str, secret: Path, port: int) -> list[str]:
    names = {"s": str(secret), "d": str(secret.parent), "p": str(port)}
    names |= {"f": "LAYOUT(FLAT()) LIFETIME(1)", "o": "type = object_storage, object_storage_type = 'local'"}
    return [line.format(**names) for line in text.strip().splitlines()]


def ways(address: Address, sql: str, secret: Path) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Ask in each of the ways that a reader has: POST and GET, in a session or not, with a format or not."""
    given = {"param_t": str(secret)}
    return {
        "readonly": ask(address, sql, readonly="1", **given),
        "readonly 2": ask(address, sql, readonly="2", wait_end_of_query="1", **given),
        "get": ask(address, None, query=sql, **given),
        "format": ask(address, None, query=sql, default_format="JSON", **given),
        "session": ask(address, sql, readonly="1", session_id="reader", **given),
        "writer": ask(address, sql, **given),
        "settings": ask(address, sql, format_template_resultset=str(secret), **given),
    }


def test_nobody_gets_out_of_the_warehouse(start: Start, secret: Path, called: tuple[int, list[str]]) -> None:
    _, address = start()
    ask(address, "CREATE TABLE keeps (a String) ENGINE = MergeTree ORDER BY a")
    port, calls = called
    escaped = []
    for sql in statements(READS, secret, port):
        for way, (status, _, content) in ways(address, sql, secret).items():
            if status == 200 or SECRET.encode() in content:
                escaped.append((way, sql, status, content[:80]))
    for sql in statements(WRITES, secret, port):
        status, _, content = ask(address, sql)
        if status == 200 or SECRET.encode() in content:
            escaped.append(("writer", sql, status, content[:80]))
    assert not escaped
    assert [path.name for path in secret.parent.iterdir()] == ["secret"]
    assert secret.read_text() == SECRET + "\n"
    assert calls == []
    assert ask(address, "SELECT count() FROM keeps")[2] == b"0\n"


def test_readers_change_nothing(start: Start) -> None:
    _, address = start()
    ask(address, "CREATE TABLE keeps (a String) ENGINE = MergeTree ORDER BY a")
    ask(address, "INSERT INTO keeps VALUES ('kept')")
    for sql in CHANGES.strip().splitlines():
        for way in ({"readonly": "1"}, {"readonly": "2"}, {"readonly": "1", "session_id": "s"}):
            if "SETTINGS readonly" in sql and "session_id" in way:
                continue  # within a session nothing is set that the setting could undo
            assert ask(address, sql, **way)[0] != 200, (sql, way)
        assert ask(address, None, query=sql)[0] != 200, sql
    assert ask(address, "SELECT * FROM keeps")[2] == b"kept\n"
    assert (
        ask(address, "SELECT a FROM keeps SETTINGS max_threads = 1", readonly="1")[1]["x-clickhouse-exception-code"]
        == "164"
    ), "the engine itself holds to readonly"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM numbers(2)",
        "SELECT count() FROM (SELECT * FROM numbers(3)) WHERE 1 IN (SELECT 1)",
        "SELECT * FROM values('a Int32', 1, 2)",
        "SELECT count() FROM generateRandom('a Int32') WHERE 0 LIMIT 0",
        "SELECT * FROM view(SELECT 1 AS url, 2 AS file)",
        "SELECT 'INTO OUTFILE', 'file(1)', $a$ file('x') $a$ -- INTO OUTFILE 'x'",
        "WITH file AS (SELECT 1 AS x) SELECT x FROM file",
        "SHOW TABLES",
        "DESCRIBE system.one",
        "EXPLAIN SELECT 1",
        "EXISTS system.one",
    ],
)
def test_what_readers_need_is_served(address: Address, sql: str) -> None:
    for answer in (ask(address, sql, readonly="1"), ask(address, None, query=sql), ask(address, sql)):
        assert answer[0] == 200, answer[2]


def test_the_writers_of_a_product_work(address: Address, database: str) -> None:
    for sql in """
        CREATE TABLE t (a UInt64, s LowCardinality(String)) ENGINE = ReplacingMergeTree(a) ORDER BY a
        CREATE TABLE n (s String, c SimpleAggregateFunction(sum, UInt64)) ENGINE = SummingMergeTree ORDER BY s
        CREATE MATERIALIZED VIEW v TO n AS SELECT s, count() AS c FROM t GROUP BY s
        INSERT INTO t SELECT number, toString(number) FROM numbers(10)
        ALTER TABLE t ADD COLUMN b String DEFAULT s
        ALTER TABLE t DELETE WHERE a = 1
        DELETE FROM t WHERE a = 2
        OPTIMIZE TABLE t FINAL
        RENAME TABLE t TO u
        TRUNCATE TABLE u
        DROP TABLE u SYNC
    """.strip().splitlines():
        answer = ask(address, sql.strip(), database=database)
        assert answer[0] == 200, answer[2]


def test_the_default_database_keeps_its_tables_over_restarts(start: Start) -> None:
    process, address = start()
    for _ in range(2):  # also while it has none
        process.kill()
        process.wait()
        process, address = start()
    for _ in range(3):
        assert ask(address, "CREATE TABLE IF NOT EXISTS k (a Int32) ENGINE = MergeTree ORDER BY a")[0] == 200
        assert ask(address, "INSERT INTO default.k VALUES (1)")[0] == 200
        process.kill()
        process.wait()
        process, address = start()
    assert ask(address, "SELECT count() FROM k")[2] == b"3\n"


def test_tables_of_a_plain_chdb_are_found_again(start: Start, tmp_path: Path) -> None:
    code = (
        "import chdb, sys; c = chdb.connect(sys.argv[1]); c.query('CREATE TABLE old (a Int32) ENGINE = MergeTree "
        "ORDER BY a'); c.query('INSERT INTO old VALUES (7)'); c.close()"
    )
    (tmp_path / "before").mkdir()
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "before")], check=True)
    _, address = start(path=tmp_path / "before")
    assert ask(address, "SELECT a FROM old")[2] == b"7\n"
