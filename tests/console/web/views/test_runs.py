"""Runs: the signed verdict, and the real queries behind it as far as everyone may see them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.connections import Connections
from schemas.envelope import Event
from schemas.learning import ModelRefused, ModelTrained, RungTried, TrainingRequested, TrainingStopped
from stores import redis_client, training_status
from stores.access_lists import AccessList, AccessLists
from stores.rights import Right
from stores.settings import Settings
from stores.shelf import Shelf, refused_name
from stores.warehouse import Warehouse
from tests.console.web.browsing import NOW, Site, write_event
from tests.schemas.packets import WON


def scores(warehouse: Warehouse, tenant: str, query: str, document: str, before: float, after: float) -> None:
    rows = [
        {"tenant": tenant, "run": "run-1", "query": query, "system": system, "slices": ["short"],
         "relevant": [document], "retrieved": [document], "ndcg_10": score, "score": score}
        for system, score in (("live", before), ("candidate", after))
    ]  # fmt: skip
    warehouse.insert("query_scores", {name: [row[name] for row in rows] for name in rows[0]})


def test_a_run_is_read_from_its_signed_end(site: Site, stack: Settings, warehouse: Warehouse, tenant: str) -> None:
    signing = site.console.signing
    ana = site.operator("ana")
    about = {"tenant": tenant, "occurred_at": NOW, "run": "run-1"}
    asked = TrainingRequested(event_id=f"{tenant}-1", requested_by="ana", reason="<i>new</i> names", **about)  # type: ignore[arg-type]
    end = ModelTrained(event_id=f"{tenant}-2", model="m-1", parent="base", snapshot="s", comparison=WON, **about)  # type: ignore[arg-type]
    write_event(warehouse, signing.as_operator(asked, "ana"), 1)
    write_event(warehouse, signing.as_installation(end), 2)
    scores(warehouse, tenant, "lost <q>", "open", 0.9, 0.1)
    scores(warehouse, tenant, "won", "open", 0.2, 0.8)
    scores(warehouse, tenant, "what the board plans", "closed", 0.2, 0.9)
    lists = AccessLists.connect(stack)
    lists.put(tenant, [AccessList("open", 1, ("everyone",), "a"), AccessList("closed", 1, ("board",), "b")])
    lists.close()

    assert "run-1" in ana.text(f"/runs?tenant={tenant}")
    page = ana.text(f"/runs/run-1?tenant={tenant}")
    for part in ("WIN", "+0.100", "between +0.050 and +0.150", "&lt;i&gt;new&lt;/i&gt; names", "lost &lt;q&gt;", "won",
                 "short", "Better by +0.100 nDCG@10 as served, at least +0.050, at 95 %", "gain 0.200 to 0.800",
                 "it can exceed 1", "Gain, live", "1 changed queries lead to documents", "snapshot"):  # fmt: skip
        assert part in page, part
    assert "the board plans" not in page
    assert page.index("Worst losses") < page.index("Best wins")


def test_a_run_that_goes_on_is_followed_and_has_no_scores(
    site: Site, stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    ana, client = site.operator("ana"), redis_client.connect(stack)
    asked = TrainingRequested(
        event_id=f"{tenant}-1", tenant=tenant, occurred_at=NOW, run="run-1", requested_by="ana", reason="names"
    )
    write_event(warehouse, site.console.signing.as_operator(asked, "ana"))
    waits = ana.text(f"/runs/run-1?tenant={tenant}")
    assert "The trainer has not begun with it" in waits
    at = {
        "run": "run-1",
        "state": "fit",
        "step": "fit (5/8)",
        "stage": "a map",
        "done": "20",
        "total": "400",
        "eta_s": "2103.0",
    }
    training_status.write(client, tenant, {**at, "note": "<b>words</b>"})
    page = ana.text(f"/runs/run-1?tenant={tenant}")
    for part in ("run-1: fit (5/8), a map, 20 of 400, 35 min left", 'value="20" max="400"', "&lt;b&gt;words",
                 "data-refresh", 'aria-label="a map"', "mine: documents are sought"):  # fmt: skip
        assert part in page, part
    assert "What to do next" not in page
    listed = ana.text(f"/runs?tenant={tenant}")
    for part in ("<p>fit (5/8), a map, 20 of 400, 35 min left</p>", 'value="20" max="400"', 'aria-label="a map"'):
        assert listed.count(part) == 1, part
    training_status.write(client, tenant, {"run": "run-2"})
    assert "fit (5/8)" not in ana.text(f"/runs/run-1?tenant={tenant}"), "it is another run's"
    listed = ana.text(f"/runs?tenant={tenant}")
    assert "fit (5/8)" not in listed, "nor is it in the list"
    assert listed.count('<td class="number">-</td>') == 2
    assert "0.000" not in listed
    assert "after 0 different queries so far" in listed
    assert "the gate needs 50" in listed
    assert "5 to 6 minutes on two cores" in listed
    about: dict[str, Any] = {"tenant": tenant, "run": "run-0"}
    begun = TrainingRequested(
        event_id=f"{tenant}-2", occurred_at=NOW - timedelta(hours=3), requested_by="ana", reason="names", **about
    )
    ended = ModelRefused(
        event_id=f"{tenant}-3", occurred_at=NOW - timedelta(minutes=160), verdict="LOSS", reasons=("r",),
        comparison=WON, **about,
    )  # fmt: skip
    write_event(warehouse, site.console.signing.as_operator(begun, "ana"), 2)
    write_event(warehouse, site.console.signing.as_installation(ended), 3)
    assert "The last training took 20 min, from the request to its end." in ana.text(f"/runs?tenant={tenant}")


def test_a_run_without_a_model_says_what_to_do_and_what_its_words_mean(
    site: Site, warehouse: Warehouse, tenant: str, tmp_path: Path
) -> None:
    signing, ana = site.console.signing, site.operator("ana")
    tried = tuple(
        RungTried(rung=name, queries=61, gain=0.01, low=-0.01, high=0.02, seconds=9, documents=n, passages=n)
        for name, n in (("weights", 0), ("full", 300))
    )
    close = WON.model_copy(
        update={
            "ndcg_live_reweighted": 0.612,
            "low": -0.01,
            "needed": 120,
            "queries": 80,
            "rung": "weights",
            "rungs": tried,
        }
    )
    for number, comparison in enumerate((close, None)):
        about = {"tenant": tenant, "occurred_at": NOW, "run": f"run-{number}"}
        asked = TrainingRequested(event_id=f"{tenant}-a{number}", requested_by="ana", reason="r", **about)  # type: ignore[arg-type]
        end = ModelRefused(
            event_id=f"{tenant}-e{number}", verdict="INCONCLUSIVE", reasons=("too <i>close</i>",),
            comparison=comparison, **about,  # type: ignore[arg-type]
        )  # fmt: skip
        write_event(warehouse, signing.as_operator(asked, "ana"), 2 * number)
        write_event(warehouse, signing.as_installation(end), 2 * number + 1)
    (tmp_path / "modules.json").write_text("[]")
    Shelf.offers(site.where).put(tenant, refused_name("run-0"), tmp_path, {}, NOW)
    page = ana.text(f"/runs/run-0?tenant={tenant}")
    for part in ("Live, weighed anew</dt><dd>0.612", "training.ladder.margin", "What to do next", "Nothing is broken",
                 "40 more than there were", '<th scope="col">Rung</th>',
                 f"<code>tidewheel runs judge run-0 --tenant {tenant}</code>", "too &lt;i&gt;close", "61 validation",
                 "All weights of the model learn from clicks. Every document is embedded again."):  # fmt: skip
        assert part in page, part
    for word in ("rung", "hold-out", "validation queries", "nDCG@10", "query_map"):
        assert f"<dfn>{word}</dfn>" in page
    assert "Way" not in page + ana.text(f"/runs?tenant={tenant}")
    page = ana.text(f"/runs/run-1?tenant={tenant}")
    assert "People opened a result after 0 different queries so far" in page
    assert "runs judge" not in page, "nothing is kept of it"


def test_an_operator_stops_a_run_with_a_reason(
    site: Site, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Event] = []
    monkeypatch.setattr(Connections, "publish", lambda stores, event: sent.append(event))
    ana, kim = site.operator("ana"), site.operator(f"kim-{tenant}", frozenset({Right.DRIFT}))
    about: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "run": "run-1"}
    asked = TrainingRequested(event_id=f"{tenant}-1", requested_by="ana", reason="names", **about)
    write_event(warehouse, site.console.signing.as_operator(asked, "ana"), 1)
    page, way = f"/runs/run-1?tenant={tenant}", f"/runs/run-1/stop?tenant={tenant}"
    assert "Stop this training" in ana.text(page)
    assert "Stop this training" not in kim.text(page)
    assert kim.submit(way, reason="x").status == 409
    assert ana.submit(way, reason=" ").status == 409
    assert ana.submit(f"/runs/run-9/stop?tenant={tenant}", reason="x").status == 409
    assert ana.submit("/runs/run-1/stop?tenant=nobody", reason="x").status == 404
    assert ana.post(way, {"reason": "x"}).status == 403
    assert site.browser().post(way, {"reason": "x"}).status == 401
    assert sent == []
    answer = ana.submit(way, reason="a <b>move</b>")
    assert (answer.status, answer.headers["location"]) == (303, page)
    (event,) = sent
    assert isinstance(event, TrainingStopped)
    assert (event.run, event.tenant, event.by, event.reason) == ("run-1", tenant, "ana", "a <b>move</b>")
    assert site.console.signing.objection(event) is None

    write_event(warehouse, event, 2)
    shown = ana.text(page)
    assert "ana stopped it on 2026-11-01 12:00 UTC: a &lt;b&gt;move&lt;/b&gt;. It ends within seconds" in shown
    assert "<summary>Stop this training" not in shown
    assert "ana asked to stop it: a &lt;b&gt;move" in ana.text(f"/runs?tenant={tenant}")
    assert "TrainingStopped" in ana.text(f"/audit?tenant={tenant}")
    end = ModelRefused(event_id=f"{tenant}-3", verdict="STOPPED", reasons=("stopped by ana: a move",), **about)
    write_event(warehouse, site.console.signing.as_installation(end), 3)
    over = ana.text(page)
    assert "STOPPED" in over
    assert "stopped by ana: a move" in over
    assert "too late" not in over
    assert ana.submit(way, reason="again").status == 409
    assert len(sent) == 1


def test_a_stop_that_came_too_late_is_said_to_have(site: Site, warehouse: Warehouse, tenant: str) -> None:
    ana, signing = site.operator("ana"), site.console.signing
    about: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "run": "run-1"}
    end = ModelTrained(event_id=f"{tenant}-2", model="m-1", parent="base", snapshot="s", comparison=WON, **about)
    stop = TrainingStopped(event_id=f"{tenant}-3", by="ana", reason="a move", **about)
    other = stop.model_copy(update={"run": "run-2", "event_id": f"{tenant}-4"})
    write_event(warehouse, signing.as_operator(stop, "ana"), 3)
    write_event(warehouse, signing.as_operator(other, "ana"), 4)
    assert ana.get(f"/runs/run-1?tenant={tenant}").status == 409, "a stop alone makes no run"
    assert "run-2" not in ana.text(f"/runs?tenant={tenant}")
    write_event(warehouse, signing.as_installation(end), 2)
    page = ana.text(f"/runs/run-1?tenant={tenant}")
    assert "That came too late and changed nothing: its model was published already" in page
    assert "<summary>Stop" not in page


def test_a_forged_end_is_no_end(site: Site, warehouse: Warehouse, tenant: str) -> None:
    ana = site.operator("ana")
    end = ModelTrained(
        event_id=f"{tenant}-2", tenant=tenant, occurred_at=NOW, run="run-1", model="m-1", parent="base", snapshot="s",
        comparison=WON,
    )  # fmt: skip
    write_event(warehouse, end)
    answer = ana.get(f"/runs/run-1?tenant={tenant}")
    assert answer.status == 409
    assert "has no training run" in answer.data.decode()


def test_an_operator_asks_for_a_training_with_a_reason_and_for_one_at_a_time(
    site: Site, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Event] = []
    monkeypatch.setattr(Connections, "publish", lambda stores, event: sent.append(event))
    about: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "run": "run-1"}
    over = ModelRefused(event_id=f"{tenant}-1", verdict="INCONCLUSIVE", reasons=("close",), **about)
    write_event(warehouse, site.console.signing.as_installation(over), 1)
    ana, kim = site.operator("ana"), site.operator(f"kim-{tenant}", frozenset({Right.DRIFT}))
    page = f"/runs?tenant={tenant}"
    assert "<summary>Ask for a training" in ana.text(page)
    assert "<summary>Ask for a training" not in kim.text(page)
    assert kim.submit(page, reason="x").status == 409
    assert ana.submit(page, reason=" ").status == 409
    assert ana.submit("/runs?tenant=nobody", reason="x").status == 404
    assert ana.post(page, {"reason": "x"}).status == 403
    assert site.browser().post(page, {"reason": "x"}).status == 401
    assert sent == []
    answer = ana.submit(page, reason="new names")
    assert (answer.status, answer.headers["location"]) == (303, page)
    (event,) = sent
    assert isinstance(event, TrainingRequested)
    assert (event.tenant, event.requested_by, event.reason, event.start_from) == (tenant, "ana", "new names", "live")
    assert site.console.signing.objection(event) is None
    assert f"{event.run} is asked for" in ana.text(page)
    write_event(warehouse, event, 2)
    assert "<summary>Ask for a training" not in ana.text(page), "one goes on"
    assert ana.submit(page, reason="again").status == 409
    assert len(sent) == 1
