"""A person is found in every spelling, in dead letters of any form."""

import json
import unicodedata
from urllib.parse import quote, unquote

import pytest

from operations.forget import REMAINS, Forgetting
from operations.spelling import folded, mentions
from schemas.topics import CLICKS, SEARCHES
from tests.operations.test_forget import town
from tests.streams.lives import Streams, day, documents, everything

__all__ = ["town"]


SPELT = [
    "Zoë.Müller@Example.com",
    "zoë.müller@example.com",
    "ZOE\u0308.MU\u0308LLER@EXAMPLE.COM",
    "ｚｏë.müller@example.com",
]


def letters_of(tenant: str, person: str) -> list[tuple[bytes | None, bytes]]:
    """Dead letters that name the person, each in a writing of its own."""
    quoted, upper, escaped = quote(person), person.upper(), "".join(f"\\u{ord(each):04x}" for each in person)
    of_tenant = [
        json.dumps({"tenant": tenant, "who": upper, "oops": 1}).encode(),
        f'{{"tenant": "{tenant}", "who": "{escaped}"}}'.encode(),
        f"tenant={tenant}&user={quoted}&q=1".encode(),
        f"2026-06-01 tenant: {tenant} user <{person}> timed out".encode(),
        json.dumps({"tenant": tenant, "inner": json.dumps({"user": person})}).encode(),
        f'{{"tenant":"{tenant}","user":"{person}'.encode("latin-1"),
        unicodedata.normalize("NFD", f'{{"tenant":"{tenant}","cited_by":["{person}"]}}').encode(),
    ]
    return [(None, value) for value in of_tenant] + [
        (f"{tenant}\x1f{upper}".encode(), b"\xff\x00"),
        (b"", of_tenant[0]),
    ]


@pytest.mark.thorough
def test_a_person_is_found_in_every_spelling(town: Streams, tenant: str) -> None:
    for n, name in enumerate(SPELT):
        town.take(*documents(tenant, author=name), *day(tenant, name, f"how {tenant} {n}", hours=3 + n))
    town.close()
    town.take(*day(tenant, SPELT[1], f"open {tenant}", hours=0.2), *day(tenant, "zoë.müller@example.org", "mine too"))
    letters = letters_of(tenant, SPELT[1])
    town.read(CLICKS, letters)
    town.read(SEARCHES, [(None, f"tenant={tenant}&user=not.{SPELT[1]}".encode())])
    with Forgetting(town.warehouse, town.accesses, tenant, SPELT[0]) as forgetting:
        found = forgetting.look()
        forgetting.remove()
    assert set(found.spelt) == set(SPELT)
    assert {row["what"]: row["rows"] for row in found.rows if row["kept_in"] == "dead_letters"} == {
        "clicks": len(letters)
    }
    left = [text for table, _, text in everything(town.warehouse) if table != "system.mutations" if tenant in text]
    assert [text for text in left if mentions(text.encode(), SPELT[0]) and "not." not in text] == []
    users = town.warehouse.rows("SELECT DISTINCT user FROM events WHERE tenant = {t:String} AND user != ''", t=tenant)
    assert users == [{"user": "zoë.müller@example.org"}]
    town.close()
    assert town.warehouse.rows("SELECT DISTINCT user FROM sessions WHERE tenant = {t:String}", t=tenant) == users


@pytest.mark.parametrize(
    "spelt",
    [
        ("straße", "STRASSE", "Stra%C3%9Fe"),
        ("γιωργος", "ΓΙΩΡΓΟΣ", "γιωργοσ"),
        ("ﬁn İ", "FIN i\u0307"),
        ("a%ff", "A\ufffd"),
    ],
)
def test_spellings_are_of_one_person_by_the_rule_of_suppression(
    town: Streams, tenant: str, spelt: tuple[str, ...]
) -> None:
    assert len({folded(unquote(name)) for name in spelt}) == 1
    others = ("strase", "γιωργο", "fin i")
    for name in (*spelt, *others):
        town.take(*day(tenant, name, f"why {tenant}"))
    for name in spelt:
        with Forgetting(town.warehouse, town.accesses, tenant, name) as forgetting:
            assert set(forgetting.look().spelt) == set(spelt)


@pytest.mark.thorough
def test_a_spelling_that_one_table_alone_has_is_found_there(town: Streams, tenant: str) -> None:
    tables = town.warehouse.rows(
        "SELECT DISTINCT table FROM system.columns WHERE database = {d:String} AND name = 'user' AND table IN "
        "(SELECT name FROM system.tables WHERE database = {d:String} AND engine LIKE '%MergeTree')",
        d=town.warehouse.database,
    )
    assert len(tables) > 6
    for row in tables:
        town.warehouse.insert(row["table"], {"tenant": [tenant], "user": [f"ANA {row['table']}"]})
        with Forgetting(town.warehouse, town.accesses, tenant, f"ana {row['table']}") as forgetting:
            assert {found["kept_in"] for found in forgetting.look().rows} == {row["table"]}
            forgetting.remove()
            assert forgetting.look().rows == ()


def test_documents_whose_lists_name_the_person_are_counted_and_said_to_remain(town: Streams, tenant: str) -> None:
    lists = (["user:Ana@x.org", "staff"], ["user:ana%40x.org"], ["ana@x.org", "user:anna@x.org"])
    for n, acl in enumerate(lists):
        town.warehouse.insert("documents", {"tenant": [tenant], "document": [f"d{n}"], "version": [1], "acl": [acl]})
    with Forgetting(town.warehouse, town.accesses, tenant, "ana@x.org") as forgetting:
        assert forgetting.look().lists == 2
        forgetting.remove()
        assert forgetting.look().lists == 2
    assert any("user:NAME" in line for line in REMAINS)
