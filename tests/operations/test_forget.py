import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from operations.forget import Forgetting
from schemas.topics import CLICKS, DOCUMENTS, SEARCHES
from stores.access_log import user_key
from stores.columns import Column
from stores.errors import Misconfigured, Retryable
from stores.settings import Settings
from streams.sessions.rules import Access
from tests.streams.lives import NOW, Streams, day, documents, everything, streams, trained

NASTY = "o'brien\" OR 1=1 --\\ {user:String} é/ü"


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    with streams(stack, "forgetting_people") as running:
        yield running


def forget(town: Streams, tenant: str, user: str, strays: bool = False, within_s: float = 60) -> None:
    with Forgetting(town.warehouse, town.accesses, tenant, user, strays, within_s) as forgetting:
        forgetting.remove()


def spellings(user: str) -> list[str]:
    """The ways in which JSON writers spell this text, quotes included."""
    plain, ascii_only = json.dumps(user, ensure_ascii=False), json.dumps(user)
    upper = "".join(f"\\u{part[:4].upper()}{part[4:]}" if n else part for n, part in enumerate(ascii_only.split("\\u")))
    return list(dict.fromkeys(each for text in (plain, ascii_only, upper) for each in (text, text.replace("/", "\\/"))))


def named(town: Streams, *texts: str) -> list[tuple[str, str, str]]:
    spelt = [inner for text in texts for inner in {text, *(s[1:-1] for s in spellings(text))}]
    return [found for found in everything(town.warehouse) if any(text in found[2] for text in spelt)]


def rows_of(town: Streams, tenant: str) -> list[Any]:
    """Everything of a tenant that readers see."""
    queries = (
        "SELECT * EXCEPT (topic_id) FROM accepted WHERE tenant = {t:String} ORDER BY topic, offset",
        "SELECT * FROM live_sessions WHERE tenant = {t:String} ORDER BY session",
        "SELECT * FROM live_pairs WHERE tenant = {t:String} ORDER BY kind, pair",
        "SELECT * FROM documents FINAL WHERE tenant = {t:String} ORDER BY document",
        "SELECT * FROM query_scores FINAL WHERE tenant = {t:String} ORDER BY query",
        "SELECT * FROM dead_letters FINAL WHERE startsWith(key, {t:String}) ORDER BY offset",
        "SELECT * FROM late_accesses FINAL WHERE tenant = {t:String} ORDER BY offset",
    )
    return [town.warehouse.rows(query, t=tenant) for query in queries]


def lived(town: Streams, tenant: str, user: str, words: str, other: str = "other") -> None:
    """A person with everything that can be kept of one, beside somebody who asks one of the same questions."""
    town.take(*documents(tenant, author=user))
    own, late = day(tenant, user, words), day(tenant, user, f"{words} again", hours=30)
    town.take(*own)
    town.take(*day(tenant, other, "what everybody asks"), *day(tenant, user, "what  everybody asks", hours=5))
    town.close()
    town.take(*late)  # behind the watermark: late accesses, sessions computed again, withdrawn rows
    town.close()
    town.warehouse.run("index_count_people", from_ms=0, until_ms=2**42)  # as the indexer does
    sampled = {"tenant": tenant, "reference": "r", "window_start": NOW, "user": user, "content": words, "revision": 1}
    town.warehouse.insert("drift_samples", {name: [value] for name, value in sampled.items()})
    broken = json.dumps({"user_id": user, "tenant": tenant, "query": "x"}).encode()
    town.read(
        CLICKS, [(f"{tenant}\x1f{user}".encode(), b"\xff\xfe"), (None, broken), (f"{tenant}\x1fz".encode(), b"{}")]
    )


def test_nothing_in_any_table_names_the_person_or_repeats_their_words(town: Streams, tenant: str) -> None:
    user, words = f"{NASTY} {tenant}", f"how do I mend {tenant}"
    lived(town, tenant, user, words)
    trained(town, tenant)
    assert {table for table, _, _ in named(town, user)} >= {
        "events", "sessions", "pairs", "documents", "late_accesses", "dead_letters", "document_people", "query_clicks",
        "drift_samples",
    }  # fmt: skip
    assert "query_scores" in {table for table, _, _ in named(town, words)}
    forget(town, tenant, user)
    assert named(town, user, words) == []
    assert [text for *_, text in everything(town.warehouse) if "what  everybody" in text] == []
    assert town.warehouse.rows("SELECT count() AS n FROM forgetting") == [{"n": 0}]


def test_scores_of_queries_go_whatever_white_space_was_typed(town: Streams, tenant: str) -> None:
    spaces = [chr(code) for code in range(1, 0x3001) if not chr(code).split()]
    words = "".join(f"{space}q{n}{space}" for n, space in enumerate(spaces)) + tenant
    town.take(*documents(tenant), *day(tenant, "u", words))
    trained(town, tenant)
    scored = "SELECT query FROM query_scores WHERE tenant = {t:String} AND query != ''"
    assert " ".join(words.split()) in [row["query"] for row in town.warehouse.rows(scored, t=tenant)]
    forget(town, tenant, "u")
    assert [row for row in town.warehouse.rows(scored, t=tenant) if tenant in row["query"]] == []


@pytest.mark.thorough
def test_the_ledger_misses_nothing_and_still_counts_the_dead_and_the_late(town: Streams, tenant: str) -> None:
    lived(town, tenant, f"u {tenant}", f"where is {tenant}")
    before = town.warehouse.query("ledger", topic="")
    assert any(row["late"] for row in before)
    assert any(row["dead"] for row in before)
    forget(town, tenant, f"u {tenant}")
    assert town.warehouse.query("ledger", topic="") == before
    assert all(row["missing"] == 0 for row in before)


@pytest.mark.thorough
def test_the_same_person_in_another_tenant_and_other_people_here_stay_as_they_are(town: Streams, tenant: str) -> None:
    a, b = f"{tenant}a", f"{tenant}b"
    for one in (a, b):
        lived(town, one, NASTY, "the words that both use", other="o'brien")
        trained(town, one, snapshot=f"snapshot-{one}")
    there = rows_of(town, b)
    forget(town, a, NASTY)
    assert rows_of(town, b) == there
    assert all(there)
    left = town.warehouse.rows("SELECT DISTINCT user FROM accepted WHERE tenant = {t:String} AND user != ''", t=a)
    assert left == [{"user": "o'brien"}]
    kept = town.warehouse.rows("SELECT DISTINCT user FROM live_pairs WHERE tenant = {t:String}", t=a)
    assert {row["user"] for row in kept} == {"o'brien", ""}
    scored = town.warehouse.rows("SELECT query FROM query_scores FINAL WHERE tenant = {t:String}", t=a)
    assert "what everybody asks" in {row["query"] for row in scored}
    letters = town.warehouse.rows("SELECT code FROM dead_letters FINAL WHERE key = {k:String}", k=f"{a}\x1fz")
    assert letters == [{"code": "invalid"}]


@pytest.mark.parametrize(("tenant", "user"), [("acme", ""), ("", "u"), ("acme' OR 1=1", "u"), ("acme", "a\x1fb")])
def test_what_can_be_no_id_removes_nothing(town: Streams, tenant: str, user: str) -> None:
    before = town.warehouse.rows("SELECT count() AS n, countIf(type = 'Forgotten') AS f FROM events")
    with pytest.raises(Misconfigured, match="nothing was removed"):
        forget(town, tenant, user)
    assert town.warehouse.rows("SELECT count() AS n, countIf(type = 'Forgotten') AS f FROM events") == before


@pytest.mark.thorough
def test_forgetting_again_changes_nothing_and_rewrites_nothing(town: Streams, tenant: str) -> None:
    lived(town, tenant, "u", f"who is {tenant}")
    forget(town, tenant, "u")
    done, after = town.warehouse.rows("SELECT count() AS n FROM system.mutations"), rows_of(town, tenant)
    with Forgetting(town.warehouse, town.accesses, tenant, "u") as forgetting:
        assert forgetting.look().rows == ()
        forgetting.remove()
    assert rows_of(town, tenant) == after
    assert town.warehouse.rows("SELECT count() AS n FROM system.mutations") == done


def test_documents_stay_without_their_author_and_their_raw_versions_can_still_be_read(
    town: Streams, tenant: str
) -> None:
    town.take(*documents(tenant, author="u"))
    forget(town, tenant, "u")
    page = town.warehouse.rows(
        "SELECT title, author FROM current_documents WHERE tenant = {t:String} AND document = 'one'", t=tenant
    )
    assert page == [{"title": "About one", "author": ""}]
    raw = town.warehouse.rows(
        "SELECT payload FROM accepted WHERE tenant = {t:String} AND document = 'one' AND topic = {d:String}",
        t=tenant, d=DOCUMENTS.name,
    )  # fmt: skip
    result = json.loads(raw[0]["payload"])
    assert (result["title"], result["version"], result["author"]) == ("About one", 1, None)


def test_open_sessions_are_forgotten_and_closing_brings_nothing_back(town: Streams, tenant: str) -> None:
    town.take(*documents(tenant), *day(tenant, "u", f"why {tenant}", hours=0.2))
    assert town.accesses.open_users()
    forget(town, tenant, "u")
    town.close()
    assert town.warehouse.rows("SELECT * FROM sessions WHERE tenant = {t:String}", t=tenant) == []


def test_a_closer_at_work_is_waited_for(town: Streams, tenant: str) -> None:
    town.take(*documents(tenant), *day(tenant, "u", f"when {tenant}"))
    tomorrow = int((NOW + timedelta(days=1)).timestamp() * 1_000)
    claim = town.accesses.claim(tomorrow, tomorrow)
    assert user_key(tenant, "u") in {user_key(u.tenant, u.user) for u in claim.users}
    closed: list[int | None] = [access[-1][0] if (access := user.accesses) else None for user in claim.users]

    looked = threading.Event()

    class Watched:
        """The open sessions; says when somebody wanted to forget a user, whether or not a closer is at work."""

        def forget(self, tenant: str, user: str, now: int) -> bool:
            looked.set()
            return town.accesses.forget(tenant, user, now)

    def finish() -> None:
        looked.wait(30)
        time.sleep(0.5)
        row: Access = claim.users[0].accesses[0]
        columns: dict[str, Column] = {
            "tenant": [tenant],
            "user": ["u"],
            "session": ["s"],
            "event_ids": [[row[1]]],
            "revision": [1],
        }
        town.warehouse.insert("sessions", columns)
        town.accesses.finish(claim, closed)

    clock = (NOW + timedelta(days=1)).timestamp
    closer = threading.Thread(target=finish)
    closer.start()
    with Forgetting(town.warehouse, Watched(), tenant, "u", clock=clock, within_s=60) as forgetting:
        forgetting.remove()
    looked.set()
    closer.join()
    assert town.warehouse.rows("SELECT * FROM sessions WHERE tenant = {t:String}", t=tenant) == []


@pytest.mark.thorough
def test_letters_that_name_no_tenant_are_counted_and_only_removed_when_asked_for(town: Streams, tenant: str) -> None:
    user = f"stray {tenant}"
    town.read(SEARCHES, [(None, json.dumps({"who": user}).encode())])
    with Forgetting(town.warehouse, town.accesses, tenant, user) as forgetting:
        assert forgetting.look().strays == 1
        forgetting.remove()
    assert len(named(town, user)) == 1
    forget(town, tenant, user, strays=True)
    assert named(town, user) == []


@pytest.mark.thorough
def test_a_server_that_does_not_finish_keeps_the_list_until_it_has(
    town: Streams, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(town, tenant, "u", f"which {tenant}")
    real = town.warehouse.query

    def slow(name: str, **parameters: object) -> list[dict[str, Any]]:
        if name == "forget_unfinished":
            return [{"table": "events", "latest_fail_reason": ""}]
        return real(name, **parameters)

    forgetting = Forgetting(town.warehouse, town.accesses, tenant, "u", within_s=0.2)
    forgetting.__enter__()
    monkeypatch.setattr(town.warehouse, "query", slow)
    with pytest.raises(Retryable, match="run the same command again"):
        forgetting.remove()
    forgetting.__exit__(None, None, None)
    assert town.warehouse.rows("SELECT count() AS n FROM forgetting") != [{"n": 0}]
    monkeypatch.undo()
    forget(town, tenant, "u")
    assert town.warehouse.rows("SELECT count() AS n FROM forgetting") == [{"n": 0}]


@pytest.mark.thorough
def test_drift_does_not_take_the_emptied_rows_for_searches_or_openings(town: Streams, tenant: str) -> None:
    town.take(*documents(tenant), *day(tenant, "u", f"whose {tenant}"))
    span = {"tenant": tenant, "from_ms": 0, "until_ms": int(NOW.timestamp() * 1_000)}

    def seen() -> list[int]:
        served = town.warehouse.query("drift_served", **span, window_ms=86_400_000, per_user=25)
        first = town.warehouse.query("drift_first_search", **span)[0]["searches"]
        return [len(served), first, len(town.warehouse.query("drift_changes", **span, before_ms=0, most=9))]

    assert seen() == [1, 1, 2]
    forget(town, tenant, "u")
    assert seen() == [0, 0, 0]
