"""The client as programs use it."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tidewheel_sdk.targets import QUICK, WAIT_S, Scripted, opened
from tidewheel_sdk.client import Client
from tidewheel_sdk.errors import Closed, Full, Undelivered
from tidewheel_sdk.events import DocumentUpserted
from tidewheel_sdk.options import Options
from tidewheel_sdk.reports import Delivery


def document(author: str, body: str = "") -> DocumentUpserted:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return DocumentUpserted(
        tenant="acme", document="d", version=1, app="wiki", updated_at=now, author=author, body=body
    )


def test_the_end_of_a_block_delivers() -> None:
    target = Scripted()
    with Client(target, options=Options(linger_s=600.0)) as client:
        client.send(opened("a"))
        client.send_all([opened("b"), opened("c")])
    assert target.ids == ["a", "b", "c"]
    assert (client.counts["accepted"], client.waiting, client.problem, target.closed) == (3, 0, "", True)


def test_what_is_dropped_is_an_error_at_the_end_unless_there_is_another() -> None:
    at_once, deliveries = Options(close_within_s=0.0), list[Delivery]()

    def program(fails: bool) -> None:
        with Client(Scripted(up=False), options=at_once) as client:
            deliveries.append(client.send(opened()))
            if fails:
                raise KeyError("the program's own")

    with pytest.raises(Undelivered, match="1 events were dropped"):
        program(fails=False)
    with pytest.raises(KeyError):
        program(fails=True)
    assert [each.result(0).status for each in deliveries] == ["dropped"] * 2


def test_a_suppressed_person_s_events_are_refused_and_counted_those_that_wait_too(tmp_path: Path) -> None:
    target = Scripted(up=False)
    with Client(target, spill=tmp_path, options=QUICK) as client:
        client.send_all([opened("waits", user="ana"), opened("other", user="ben")])
        client.suppress("acme", "ANA")
        report = client.send(opened("later", user="ana")).result(WAIT_S)
        assert (report.status, "suppressed" in report.reason, "ana" in report.reason) == ("refused", True, False)
        target.up = True
        assert client.flush(WAIT_S)
        assert client.counts["suppressed"] == 2
    assert target.ids == ["other"]
    with Client(target, spill=tmp_path, options=QUICK) as client:
        assert client.send(opened("much-later", user="Ana")).result(WAIT_S).status == "refused"


def test_a_document_of_theirs_is_sent_without_its_author() -> None:
    target = Scripted()
    with Client(target, options=QUICK) as client:
        client.suppress("acme", "ana")
        client.send_all([document("ana"), document("ben")])
    assert [json.loads(body).get("author") for body in target.bodies] == [None, "ben"]


def test_an_event_that_nobody_takes_is_refused_at_once() -> None:
    with Client(Scripted(), options=QUICK) as client:
        report = client.send(document("ana", "x" * 8 * 2**20)).result(0)
    assert (report.status, "may have 8,388,608" in report.reason) == ("refused", True)


def test_without_room_nothing_is_taken(tmp_path: Path) -> None:
    calls: list[Callable[[], Client]] = [
        lambda: Client(Scripted(), options=Options(room=10)),
        lambda: Client(Scripted(), spill=tmp_path, options=Options(room=10)),
    ]
    for make in calls:
        with make() as client, pytest.raises(Full):
            client.send(opened())
        assert not client.counts.get("accepted")


def test_a_closed_client_and_a_forked_one_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(Scripted(), options=QUICK)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(Closed, match="forked"):
        client.send(opened())
    client.close()
    monkeypatch.undo()
    client.send(opened()).result(WAIT_S)
    client.close()
    client.close()
    with pytest.raises(Closed):
        client.send(opened())


@pytest.mark.parametrize("address", ["", "search.example", "ftp://x", "http://user:secret@x", "http://x/?key=y"])
def test_a_wrong_address_is_told_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(address, key="tw_a_b")
    with pytest.raises(ValueError, match="key"):
        Client("http://127.0.0.1:1", key="")
