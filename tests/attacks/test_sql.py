"""SQL that would read files, reach other servers or write: through `tidewheel sql`, over HTTP, in people's names."""

import base64
import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from operations.forget import Forgetting
from operations.lineage import trace
from schemas.activity import DocumentOpened
from stores.errors import Refused
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.streams.lives import NOW, Streams, documents, streams

READS_ELSEWHERE = [
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM file('../../../../etc/passwd', 'LineAsString', 'line String')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/b/k', 'CSV')",
    "SELECT * FROM remote('127.0.0.1:1', system.one)",
    "SELECT * FROM executable('id', 'LineAsString', 'line String')",
    "SELECT * FROM python('open(\"/etc/passwd\")')",
    "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
    "SELECT * FROM input('a String') FORMAT CSV",
    "SELECT (SELECT * FROM file('/etc/passwd', 'LineAsString') LIMIT 1)",
    "WITH x AS (SELECT * FROM file('/etc/passwd', 'LineAsString')) SELECT * FROM x",
    "SELECT * FROM view(SELECT * FROM file('/etc/passwd', 'LineAsString'))",
    "SELECT * FROM merge('tidewheel', '.*') JOIN file('/etc/passwd', 'LineAsString') ON 1",
    "DESCRIBE file('/etc/passwd', 'LineAsString')",
    "EXPLAIN SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT file('/etc/passwd')",
    "SELECT * FROM `file`('/etc/passwd', 'LineAsString')",
    "SELECT * FROM/**/file/**/('/etc/passwd', 'LineAsString')",
]
WRITES = [
    "SELECT 1 INTO OUTFILE '{victim}' TRUNCATE FORMAT CSV",
    "SELECT 1 INTO OUTFILE '{victim}' APPEND",
    "SELECT 1 SETTINGS readonly = 0 FORMAT CSV; DROP TABLE events",
    "SET readonly = 0",
    "DROP TABLE events",
    "/* SELECT */ TRUNCATE TABLE events",
    "ALTER TABLE events DELETE WHERE 1",
    "INSERT INTO forgetting VALUES ('a', 'b', 'c')",
    "INSERT INTO FUNCTION file('{victim}', 'CSV', 'a String') SELECT 'x'",
    "CREATE USER mallory",
    "GRANT ALL ON *.* TO default",
    "SYSTEM SHUTDOWN",
    "BACKUP TABLE events TO File('{victim}')",
    "EXPLAIN ESTIMATE SELECT 1; DROP TABLE events",
    "WITH 1 AS x INSERT INTO events (topic) SELECT 'x'",
]
NAMES = [
    "'; DROP TABLE events; --", "' OR 1=1 --", '"; DROP TABLE events --', "{user:String}", "\\'; SELECT 1",
    "%' OR '%' LIKE '%", "ana') UNION SELECT name FROM system.tables --", "$$; DROP TABLE events; $$", "`events`", "/*",
    "\u2019 OR 1=1", "%27 OR 1",
]  # fmt: skip


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    with streams(stack, "sql_attacks") as running:
        running.take(*documents("acme"))
        yield running


@pytest.fixture
def sql(tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    point_at(stack, town.warehouse.database, monkeypatch)
    return tidewheel


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim.py"
    path.write_text("import this\n")
    return path


def documents_stored(town: Streams) -> int:
    return int(town.warehouse.rows("SELECT count() AS n FROM events")[0]["n"])


@pytest.mark.parametrize("statement", READS_ELSEWHERE)
def test_sql_reads_tables_alone(sql: CommandLine, statement: str) -> None:
    """Catches a guard that looks at the first word, at a list of forbidden words, or at the text before comments."""
    ended = sql("sql", statement)
    assert (ended.code, ended.out) == (3, "")
    assert "root:" not in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("statement", WRITES)
def test_sql_writes_nothing(sql: CommandLine, town: Streams, victim: Path, statement: str) -> None:
    """Catches `readonly` that is dropped before the engine, and statements behind a semicolon."""
    before = documents_stored(town)
    assert before
    ended = sql("sql", statement.format(victim=victim))
    assert (ended.code, ended.out) == (3, "")
    assert victim.read_text() == "import this\n"
    assert documents_stored(town) == before


def ask(
    stack: Settings, statement: str, method: str = "GET", password: str | None = None, **headers: str
) -> tuple[int, bytes]:
    address = urlsplit(stack.clickhouse_url.get_secret_value())
    secret = address.password if password is None else password
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    login = base64.b64encode(f"{address.username or 'default'}:{secret}".encode()).decode()
    given = {"Authorization": f"Basic {login}", **headers}
    connection.request(method, f"/?query={quote(statement)}", headers=given)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


@pytest.mark.parametrize("statement", [*READS_ELSEWHERE[:6], *(w for w in WRITES if "victim" not in w)])
def test_http_reads_tables_alone(stack: Settings, town: Streams, statement: str) -> None:
    """Catches a server that guards its own client's statements and not those of GET."""
    before = documents_stored(town)
    status, content = ask(stack, statement)
    assert status >= 400
    assert b"root:" not in content
    assert documents_stored(town) == before


def test_http_answers_nobody_without_the_password_and_no_page_of_elsewhere(stack: Settings) -> None:
    """Catches a server on loopback that takes the address for a proof of who asks: every web page can send there."""
    assert ask(stack, "SELECT 1") == (200, b"1\n")
    assert ask(stack, "SELECT 1", password="")[0] >= 400
    assert ask(stack, "SELECT 1", password="guess")[0] >= 400
    assert ask(stack, "SELECT 1", Origin="http://evil.example")[0] == 403


@pytest.fixture(scope="module")
def named(town: Streams) -> dict[str, DocumentOpened]:
    """A click of somebody of each name on a document of the same name."""
    clicks = {
        name: DocumentOpened(event_id=f"evil-{n}", tenant="acme", occurred_at=NOW, user=name, document=name)
        for n, name in enumerate(NAMES)
    }
    town.take(*clicks.values())
    return clicks


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_a_part_of_a_question(town: Streams, named: dict[str, DocumentOpened], name: str) -> None:
    """Catches SQL that is put together from texts, in what people ask for."""
    before = documents_stored(town)
    (found,) = trace(town.warehouse, named[name].event_id, "acme")
    assert found.facts["user"] == found.facts["document"] == name
    with pytest.raises(Refused, match="has the id"):
        trace(town.warehouse, name)
    with Forgetting(town.warehouse, town.accesses, "acme", name) as forgetting:
        assert [row["rows"] for row in forgetting.look().rows if row["what"] == "clicks"] == [1]
    assert documents_stored(town) == before


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_name_is_never_a_part_of_a_removal(town: Streams, named: dict[str, DocumentOpened], name: str) -> None:
    """Catches a DELETE or UPDATE that is put together from texts: it would remove more than one person."""
    before = documents_stored(town)
    others = "SELECT count() AS n FROM events WHERE user != '' AND user != {u:String}"
    there = town.warehouse.rows(others, u=name)
    with Forgetting(town.warehouse, town.accesses, "acme", name) as forgetting:
        forgetting.remove()
    assert town.warehouse.rows("SELECT count() AS n FROM events WHERE user = {u:String}", u=name) == [{"n": 0}]
    assert town.warehouse.rows(others, u=name) == there
    assert documents_stored(town) == before, "its row is emptied and stays"
