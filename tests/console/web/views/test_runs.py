"""Runs: the signed verdict, and the real queries behind it as far as everyone may see them."""

from pathlib import Path

from schemas.learning import ModelRefused, ModelTrained, RungTried, TrainingRequested
from stores import redis_client, training_status
from stores.access_lists import AccessList, AccessLists
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
    training_status.write(client, tenant, {"run": "run-2"})
    assert "fit (5/8)" not in ana.text(f"/runs/run-1?tenant={tenant}"), "it is another run's"
    listed = ana.text(f"/runs?tenant={tenant}")
    assert listed.count('<td class="number">-</td>') == 2
    assert "0.000" not in listed
    assert "after 0 different queries so far" in listed
    assert "the gate needs 50" in listed


def test_a_run_without_a_model_says_what_to_do_and_what_its_words_mean(
    site: Site, warehouse: Warehouse, tenant: str, tmp_path: Path
) -> None:
    signing, ana = site.console.signing, site.operator("ana")
    tried = tuple(
        RungTried(rung=name, queries=61, gain=0.01, low=-0.01, high=0.02, seconds=9, documents=n, passages=n)
        for name, n in (("weights", 0), ("full", 300))
    )
    close = WON.model_copy(update={"low": -0.01, "needed": 120, "queries": 80, "rung": "weights", "rungs": tried})
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
    for part in ("What to do next", "Nothing is broken", "40 more than there were", '<th scope="col">Rung</th>',
                 f"<code>tidewheel runs judge run-0 --tenant {tenant}</code>", "too &lt;i&gt;close", "61 validation",
                 "All weights of the model learn from clicks. Every document is embedded again."):  # fmt: skip
        assert part in page, part
    for word in ("rung", "hold-out", "validation queries", "nDCG@10", "query_map"):
        assert f"<dfn>{word}</dfn>" in page
    assert "Way" not in page + ana.text(f"/runs?tenant={tenant}")
    page = ana.text(f"/runs/run-1?tenant={tenant}")
    assert "People opened a result after 0 different queries so far" in page
    assert "runs judge" not in page, "nothing is kept of it"


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
