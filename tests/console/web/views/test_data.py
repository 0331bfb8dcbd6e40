"""Data: dead letters as words, and sent again by a form."""

import pytest

from operations import status, storage
from schemas.topics import CLICKS
from stores.rights import Right
from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.console.running import records
from tests.console.web.browsing import NOW, Site


def letter(warehouse: Warehouse, tenant: str, offset: int, value: bytes) -> None:
    """A letter as the streams write it."""
    row = {
        "topic": "clicks", "topic_id": tenant, "partition": 0, "offset": offset, "key": f"{tenant}\x1fana".encode(),
        "value": value, "code": tenant, "reason": "<b>why</b>", "received_at": NOW,
    }  # fmt: skip
    warehouse.insert("dead_letters", {name: [each] for name, each in row.items()})


def test_a_letter_is_read_and_sent_again_when_it_would_be_accepted(
    site: Site, stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    ana = site.operator("ana")
    event = (
        f'{{"type": "DocumentOpened", "event_id": "e-{tenant}", "tenant": "{tenant}", "user": "ana", '
        f'"document": "<script>", "occurred_at": "{NOW.isoformat()}"}}'
    ).encode()
    letter(warehouse, tenant, 1, event)
    letter(warehouse, tenant, 2, b"\xff no event of " + tenant.encode())
    page = ana.text("/data")
    assert "Late: an access that came when its session was closed already" in page
    assert f"2 \u00d7 {tenant}" in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page
    shown = ana.text(f"/data/letter?topic=clicks&partition=0&offset=1&topic_id={tenant}")
    assert "&lt;script&gt;" in shown
    assert "\\xff no event" in ana.text(f"/data/letter?topic=clicks&partition=0&offset=2&topic_id={tenant}")

    assert ana.submit("/data/replay", topic="clicks", code=tenant).status == 303
    assert "1 of clicks sent again. 1 would be rejected again" in ana.text("/data")
    (sent,) = records(stack, CLICKS, f"e-{tenant}".encode())
    assert sent.value == event


def test_whole_tables_are_counted_once_in_a_while_and_letters_every_time(
    site: Site, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, counted = site.operator("ana"), list[str]()

    def count(name: str) -> list[object]:
        counted.append(name)
        return []

    monkeypatch.setattr(status, "events", lambda *_: count("events"))
    monkeypatch.setattr(storage, "lines", lambda *_: count("lines"))
    site.console.counted.forget()
    for _ in range(3):
        ana.text("/data")
    assert "events" in counted
    assert len(counted) == len({*counted})
    letter(warehouse, tenant, 5, b"{}")
    page = ana.text("/data")
    assert f"1 \u00d7 {tenant}" in page, "letters are read as they are"
    assert "at most 30 seconds old" in page
    before = len(counted)
    assert ana.submit("/data/replay", topic="clicks", code=tenant).status == 303
    ana.text("/data")
    assert len(counted) > before, "what was sent again is seen at once"
    site.console.counted.forget()


def test_letters_are_sent_again_by_whom_the_key_allows(site: Site, warehouse: Warehouse, tenant: str) -> None:
    letter(warehouse, tenant, 3, b"{}")
    for name, may, code in (("kim", frozenset({Right.APPROVE}), 409), ("lee", frozenset({Right.REPLAY}), 303)):
        operator = site.operator(f"{name}-of-letters", may)
        assert ("Send those again" in operator.text("/data")) == (code == 303)
        assert operator.submit("/data/replay", topic="clicks", code=tenant).status == code


def test_what_is_no_letter_is_said(site: Site) -> None:
    ana = site.operator("ana")
    assert ana.get("/data/letter?topic=clicks&partition=0&offset=77&topic_id=none").status == 409
    assert ana.get("/data/letter?topic=clicks&partition=x&offset=1").status == 400
    assert ana.get("/data/letter?topic=clicks&partition=-1&offset=1").status == 409
    assert ana.submit("/data/replay", topic="nothing").status == 409
