"""Deciding in the browser: what is sent is signed by the operator's own key, and only what was shown can be decided."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operations import decisions, since_cutover
from operations.since_cutover import SinceCutover
from retrieval.satisfied_shares import Person, compared
from schemas.learning import CutoverApproved, CutoverDone, CutoverRefused, ModelRefused, TrainingRequested
from schemas.packet import ExampleQuery, HeldOut, Packet, ShownDocument
from stores import keys, redis_client, training_status
from stores.access_lists import AccessList, AccessLists
from stores.approvals import WAITS
from stores.rights import Right
from stores.serving import DONE, Collection, Progress, Serving, ServingRecord, Standby
from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.console.running import sent
from tests.console.web.browsing import NOW, Site, write_event
from tests.console.web.browsing import serving as answering
from tests.schemas.packets import packet


@pytest.fixture
def serving(stack: Settings) -> Iterator[Serving]:
    connected = Serving.connect(stack)
    yield connected
    connected.close()


def example(document: str) -> ExampleQuery:
    shown = ShownDocument(document=document, title=f"<script>{document}", wanted=True)
    return ExampleQuery(query=f"where is {document}", ndcg_live=0.1, ndcg_shadow=0.6, live=(shown,), shadow=(shown,))


@pytest.fixture
def made(serving: Serving, stack: Settings, tenant: str) -> Packet:
    """A packet that waits, with an example for everyone and one that is for the board by now."""
    made = packet(
        tenant=tenant,
        model="next",
        collection="C_next",
        held_out=HeldOut(wins=(example("open"), example("closed")), losses=()),
    )
    serving.save_packet(made)
    about = Collection(tenant=tenant, model="next", collection="C_next", created_at=NOW, packet=made.digest)
    serving.register(about, "ready")
    serving.move(ServingRecord(tenant=tenant, model="old", collection="B", version=1, moved_at=NOW), {})
    lists = AccessLists.connect(stack)
    assert lists.end_filling(tenant, lists.begin_filling(tenant))
    lists.put(tenant, [AccessList("open", 1, ("everyone",), "a"), AccessList("closed", 1, ("board",), "b")])
    lists.close()
    return made


def test_a_packet_is_shown_as_far_as_it_may_be_and_approved_by_the_operators_own_key(
    site: Site, stack: Settings, serving: Serving, made: Packet
) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    page = ana.text(f"/cutover?{where}")
    for part in (made.digest, "where is open", "&lt;script&gt;open", "1 more queries were for everyone", "WIN",
                 "were read back one by one", "Time of a search", "What may still change"):  # fmt: skip
        assert part in page
    for part in ("closed", "<script>open", "PRIVATE KEY", "overlap@10", "recall@10", "cosine", "p95"):
        assert part not in page

    answer = ana.submit(f"/cutover/approve?{where}", packet=made.digest)
    assert (answer.status, answer.headers["location"]) == (303, f"/cutover?{where}")
    (event,) = sent(stack, made.tenant)
    assert isinstance(event, CutoverApproved)
    assert (event.packet, event.by) == (made.digest, "ana")
    assert event.signature is not None
    assert event.signature.key_id == keys.read(keys.operator_file(site.where, "ana")).id
    assert site.console.signing.objection(event) is None

    page = ana.text(f"/cutover?{where}")
    assert "Your approval was sent, signed by you." in page
    assert "You approved C_next; the indexer has still to check it" in page
    assert "Your approval was sent" not in ana.text(f"/cutover?{where}"), "loading the page again repeats nothing"
    assert len(sent(stack, made.tenant)) == 1
    serving.record_outcome(made.tenant, event.event_id, "the model changed <b>")
    assert "was refused: the model changed &lt;b&gt;" in ana.text(f"/cutover?{where}")
    serving.move(
        ServingRecord(
            tenant=made.tenant, model="next", collection="C_next", version=2, moved_at=NOW, packet=made.digest
        ),
        {},
    )
    assert "You approved" not in ana.text(f"/cutover?{where}")
    assert ana.submit(f"/cutover/approve?{where}", packet=made.digest).status == 303
    assert "Already live: next" in ana.text(f"/cutover?{where}")
    assert len(sent(stack, made.tenant)) == 1


def test_two_tabs_that_both_see_a_carried_out_approval_both_show_the_page(
    site: Site, made: Packet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    assert ana.submit(f"/cutover/approve?{where}", packet=made.digest).status == 303

    def seen_by_another_tab(*_: object) -> str:
        for session in site.console.sessions._open.values():
            session.approvals.clear()
        return DONE

    monkeypatch.setattr(Serving, "outcome", seen_by_another_tab)
    assert "You approved" not in ana.text(f"/cutover?{where}")


def test_a_key_that_is_for_looking_shows_everything_and_decides_nothing(
    site: Site, stack: Settings, serving: Serving, made: Packet
) -> None:
    kim, where = site.operator("kim-who-looks", frozenset({Right.DRIFT})), f"tenant={made.tenant}"
    page = kim.text(f"/cutover?{where}")
    assert "Your key may look at this, and not decide on it." in page
    assert made.digest in page
    assert not [form for form in ("/cutover/approve", "/cutover/refuse", "/cutover/rollback") if form in page]
    for path, fields in (("approve", {}), ("refuse", {"reason": "worse"})):
        answer = kim.submit(f"/cutover/{path}?{where}", packet=made.digest, **fields)
        assert answer.status == 409
        assert "may not approve or refuse a cutover" in answer.data.decode()
    lee = site.operator("lee-who-refuses", frozenset({Right.APPROVE}))
    assert lee.submit(f"/cutover/refuse?{where}", packet=made.digest, reason="worse").status == 303
    (event,) = sent(stack, made.tenant)
    assert isinstance(event, CutoverRefused)
    assert event.by == "lee-who-refuses", "and nothing of kim's"


def test_where_two_have_to_approve_the_page_says_who_did(
    site: Site, stack: Settings, serving: Serving, made: Packet
) -> None:
    ana, ben, where = site.operator("ana"), site.operator("ben"), f"tenant={made.tenant}"
    assert ana.submit(f"/cutover/approve?{where}", packet=made.digest).status == 303
    (event,) = sent(stack, made.tenant)
    serving.record_outcome(made.tenant, event.event_id, f"{WAITS}{made.digest}:ana")
    assert "Your approval counts and nothing has moved" in ana.text(f"/cutover?{where}")
    page = ben.text(f"/cutover?{where}")
    assert "Approved by ana; another operator has to approve it, too." in page
    assert "Approve, signed by ben" in page


def test_the_page_says_what_people_got_since_the_cutover(
    site: Site, serving: Serving, made: Packet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    assert "Since the cutover" not in ana.text(f"/cutover?{where}")
    lost = SinceCutover("<b>new", NOW, compared([Person(9, 9, 9, 0)] * 40))
    monkeypatch.setattr(since_cutover, "read", lambda *_: lost)
    standby = Standby(model="old", collection="B", until=NOW + timedelta(days=5))
    record = ServingRecord(
        tenant=made.tenant, model="<b>new", collection="C", version=2, standby=standby, packet="p", moved_at=NOW
    )
    serving.move(record, {})
    page = ana.text(f"/cutover?{where}")
    for part in (
        "loss</span>",
        "the cutover to &lt;b&gt;new 0.0 % of 360 searches",
        "less than before: roll back to old",
    ):
        assert part in page
    assert "People find less since the last cutover: roll back to old" in ana.text(f"/now?{where}")


def test_another_packet_than_the_one_shown_is_not_approved(site: Site, stack: Settings, made: Packet) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    for digest in ("", "0" * 64, made.digest[:12]):
        answer = ana.submit(f"/cutover/approve?{where}", packet=digest)
        assert answer.status == 409
        assert "The packet that waits is" in answer.data.decode()
    refused = ana.submit(f"/cutover/refuse?{where}", packet=made.digest, reason=" worse on travel ")
    assert refused.status == 303
    (event,) = sent(stack, made.tenant)
    assert isinstance(event, CutoverRefused)
    assert (event.packet, event.by, event.reason) == (made.digest, "ana", "worse on travel")
    assert site.console.signing.objection(event) is None


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 4001, "\x1b[2J"])
def test_a_refusal_and_a_rollback_need_a_reason(site: Site, made: Packet, reason: str) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    for path, fields in (("refuse", {"packet": made.digest}), ("rollback", {"version": "1"})):
        answer = ana.submit(f"/cutover/{path}?{where}", reason=reason, **fields)
        assert answer.status == 409
        assert "Say why, in one line" in answer.data.decode()
    assert decisions.waiting(_serving(site), made.tenant).digest == made.digest


def test_a_page_that_is_older_than_the_last_move_rolls_nothing_back(site: Site, made: Packet) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    for version in ("", "2", "01"):
        answer = ana.submit(f"/cutover/rollback?{where}", reason="complaints", version=version)
        assert answer.status == 409
        assert "was changed since this page was made" in answer.data.decode()
    assert "has no standby" in ana.submit(f"/cutover/rollback?{where}", reason="r", version="1").data.decode()


def test_after_a_rollback_the_way_is_forward(site: Site, serving: Serving, made: Packet) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    record = serving.record(made.tenant)
    assert record is not None
    standby = Standby(model="other", collection="B", until=NOW + timedelta(days=5))
    moved = record.model_copy(update={"version": record.version + 1, "standby": standby, "packet": "p", "by": "ben"})
    serving.move(moved, {})
    page = ana.text(f"/cutover?{where}")
    assert "Roll back to other" in page
    assert ", by ben" in page
    serving.move(moved.model_copy(update={"version": moved.version + 1, "packet": None}), {})
    page = ana.text(f"/cutover?{where}")
    for part in ("Bring back other", ", rolled back by ben", "It was live before the rollback."):
        assert part in page
    assert "Roll back" not in page


def test_who_brought_a_model_back_is_said_as_such_and_the_way_is_back_again(
    site: Site, serving: Serving, warehouse: Warehouse, made: Packet
) -> None:
    ana, where = site.operator("ana"), f"tenant={made.tenant}"
    record = serving.record(made.tenant)
    assert record is not None
    common: dict[str, Any] = {
        "tenant": made.tenant,
        "occurred_at": NOW - timedelta(hours=1),
        "collection": "C",
        "by": "ben",
    }
    cutover = CutoverDone(event_id=f"{made.tenant}-v", model="new", serving_version=record.version + 1, **common)
    write_event(warehouse, site.console.signing.as_installation(cutover), 1)
    standby = Standby(model="other", collection="B", until=NOW + timedelta(days=5))
    for version in (1, 2):
        moved = {"version": record.version + version, "standby": standby, "packet": None, "by": "ben", "model": "new"}
        serving.move(record.model_copy(update=moved), {})
    page = ana.text(f"/cutover?{where}")
    for part in (", brought back by ben", "Roll back to other", "since the cutover to new"):
        assert part in page, part
    assert "rolled back" not in page
    assert "before the rollback" not in page


def test_where_nothing_waits_the_page_follows_the_run(
    site: Site, stack: Settings, serving: Serving, warehouse: Warehouse, tenant: str
) -> None:
    ana, where, client = site.operator("ana"), f"tenant={tenant}", redis_client.connect(stack)
    serving.move(ServingRecord(tenant=tenant, model="old", collection="B", version=1, moved_at=NOW), {})
    page = ana.text(f"/cutover?{where}")
    assert f"<code>tidewheel retrain --tenant {tenant}</code>" in page
    assert "data-refresh" not in page
    about: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "run": "run-1"}
    asked = TrainingRequested(event_id=f"{tenant}-1", requested_by="ana", reason="r", **about)
    write_event(warehouse, site.console.signing.as_operator(asked, "ana"), 1)
    training_status.write(client, tenant, {"run": "run-1", "state": "fit", "step": "fit (5/8)", "stage": "<b>map"})
    page = ana.text(f"/cutover?{where}")
    for part in ("A training runs since 2026-11-01 12:00 UTC: fit (5/8), &lt;b&gt;map.", "data-refresh",
                 f'href="/runs/run-1?tenant={tenant}"'):  # fmt: skip
        assert part in page, part
    end = ModelRefused(event_id=f"{tenant}-2", verdict="LOSS", reasons=("r",), **about)
    write_event(warehouse, site.console.signing.as_installation(end), 2)
    page = ana.text(f"/cutover?{where}")
    assert "the last run ended LOSS on 2026-11-01 12:00 UTC, without a candidate" in page
    serving.register(Collection(tenant=tenant, model="m", collection="C_m", created_at=NOW), "building")
    serving.set_progress(tenant, "C_m", Progress(done=5, total=20, rate=1.0, eta_s=240.0, at=NOW))
    assert "5 of 20 documents, about 4 min left" in ana.text(f"/cutover?{where}")


def test_deciding_does_not_need_the_warehouse(stack: Settings, made: Packet, tmp_path: Path) -> None:
    away = {"home": tmp_path, "clickhouse_url": "http://127.0.0.1:1"}
    where = Settings.model_validate(stack.model_dump() | away)
    with answering(Site(where)) as site:
        ana = site.operator("ana")
        assert made.digest in ana.text(f"/cutover?tenant={made.tenant}")
        assert ana.submit(f"/cutover/approve?tenant={made.tenant}", packet=made.digest).status == 303
    assert len(sent(stack, made.tenant)) == 1


def _serving(site: Site) -> Serving:
    with site.console.stores() as stores:
        return stores.serving
