"""Events are sent by clients of their target and their key, or, if the key was exchanged, of their tenant."""

from pathlib import Path

import pytest

from tests.tidewheel_sdk.targets import QUICK, WAIT_S, Scripted, opened
from tests.tidewheel_sdk.test_journal import abandoned
from tidewheel_sdk.client import Client
from tidewheel_sdk.journal import Journal, writers
from tidewheel_sdk.places import Beside
from tidewheel_sdk.targets import Verdict, place
from tidewheel_sdk.wire import item


def left(spill: Path, target: Scripted, *ids: str, tenant: str = "acme") -> Path:
    """Leave events for a target as a killed process does; return its writer's directory."""
    (spill / place(target)).mkdir(exist_ok=True)
    return in_no_place(spill / place(target), *ids, tenant=tenant)


def in_no_place(spill: Path, *ids: str, tenant: str = "acme") -> Path:
    journal = Journal.create(spill)
    journal.append([item(opened(each, tenant=tenant)) for each in ids])
    return abandoned(journal)


def sent(spill: Path, target: Scripted, *events: str, tenant: str = "acme") -> list[str]:
    """Send events by a client of its own; return what the target took."""
    with Client(target, spill=spill, options=QUICK) as client:
        for each in events:
            client.send(opened(each, tenant=tenant)).result(WAIT_S)
        client.flush(WAIT_S)
    return target.ids


def test_the_same_target_and_key_have_what_waits_at_once(tmp_path: Path) -> None:
    left(tmp_path, Scripted(), "a")
    assert sent(tmp_path, Scripted()) == ["a"]


def test_another_target_has_none_of_it_and_it_is_told_where_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = left(tmp_path, Scripted(name="production"), "a")
    for _ in range(2):
        assert sent(tmp_path, Scripted(name="staging"), "b") == ["b"]
    assert f"1 events wait in {path}, for another target" in caplog.text
    assert caplog.text.count("1 events wait") == 2, "each client tells once"
    assert sent(tmp_path, Scripted(name="production")) == ["a"]


def test_a_key_of_another_tenant_has_none_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = left(tmp_path, Scripted(key_digest="acme's"), "a", "b")
    assert sent(tmp_path, Scripted(key_digest="beta's"), "c", tenant="beta") == ["c"]
    assert f"2 events wait in {path}, for another key" in caplog.text
    assert sent(tmp_path, Scripted(key_digest="acme's")) == ["a", "b"]


def test_a_new_key_of_the_same_tenant_has_it_once_it_has_taken_an_event(tmp_path: Path) -> None:
    path = left(tmp_path, Scripted(key_digest="wrong"), "a")
    assert sent(tmp_path, Scripted(key_digest="right")) == [], "nobody knows yet whose the key is"
    assert sent(tmp_path, Scripted(key_digest="right"), "b") == ["b", "a"]
    assert not path.exists()


def test_what_a_key_does_not_take_says_nothing_of_whose_it_is(tmp_path: Path) -> None:
    left(tmp_path, Scripted(key_digest="acme's"), "a")
    target = Scripted(key_digest="beta's")
    target.judge = lambda found: Verdict(False, "tenant: 'acme', but the key is of 'beta'")
    assert sent(tmp_path, target, "mistaken") == ["mistaken"]
    assert sent(tmp_path, Scripted(key_digest="acme's")) == ["a"]


def test_an_earlier_version_s_events_are_sent_by_their_tenant_s_clients(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = in_no_place(tmp_path, "a")
    assert sent(tmp_path, Scripted(), "b", tenant="beta") == ["b"]
    assert f"1 events wait in {path}, for another key, or of an earlier version" in caplog.text
    assert sent(tmp_path, Scripted(), "c") == ["c", "a"]
    assert not path.exists()


def test_what_is_of_several_tenants_waits_for_all_of_them(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append([item(opened("a")), item(opened("b", tenant="beta"))])
    path = abandoned(journal)
    beside = Beside(tmp_path, place(Scripted()))
    assert [beside.ours(tenants) for tenants in (set(), {"acme"}, {"acme", "beta"})] == [[], [], [path]]


def test_what_lives_is_not_left(tmp_path: Path) -> None:
    beside, journal = Beside(tmp_path, place(Scripted())), Journal.create(tmp_path)
    journal.append([item(opened("a"))])
    assert beside.ours({"acme"}) == []
    path = abandoned(journal)
    assert beside.ours({"acme"}) == [path]


def test_damage_elsewhere_is_counted_once_it_is_adopted(tmp_path: Path) -> None:
    (segment,) = in_no_place(tmp_path, "a").glob("*.events")
    segment.write_bytes(segment.read_bytes().replace(b"leave", b"LEAVE"))
    with Client(Scripted(), spill=tmp_path, options=QUICK) as client:
        assert client.flush(WAIT_S)
    assert client.counts["dropped"] == 1
    assert [path.name for path in writers(tmp_path)] == [place(Scripted())]
