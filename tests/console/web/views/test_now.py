"""Now, on real stores: what needs a person, and the tenants' own words unobeyed."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from schemas.learning import ModelRefused, TrainingRequested
from stores.serving import Collection, Progress, Serving, ServingRecord
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.requests import run_id
from tests.console.web.browsing import NOW, Site, write_event
from tests.streams.drift.history_rows import Log


def test_what_is_live_and_what_needs_somebody(site: Site, stack: Settings, warehouse: Warehouse, tenant: str) -> None:
    ana = site.operator("ana")
    serving = Serving.connect(stack)
    moved = ServingRecord(tenant=tenant, model="<b>m</b>", collection="c", version=3, moved_at=NOW)
    serving.move(moved.model_copy(update={"version": 1}), {})
    serving.close()
    window = {"tenant": tenant, "window_end": NOW, "signal": "query_drift", "verdict": "tripped"}
    warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
    page = ana.text(f"/now?tenant={tenant}")
    assert "&lt;b&gt;m&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "Drift tripped: Queries." in page
    assert "Missing events" in page
    run = run_id(tenant, NOW)
    about = {"tenant": tenant, "occurred_at": NOW, "run": run}
    asked = TrainingRequested(event_id=f"{tenant}-1", requested_by="drift", reason="r", **about)  # type: ignore[arg-type]
    write_event(warehouse, site.console.signing.as_installation(asked), 1)
    assert "Drift tripped" in ana.text(f"/now?tenant={tenant}")
    end = ModelRefused(event_id=f"{tenant}-2", verdict="LOSS", reasons=("r",), **about)  # type: ignore[arg-type]
    write_event(warehouse, site.console.signing.as_installation(end), 2)
    assert "Drift tripped" not in ana.text(f"/now?tenant={tenant}")
    assert 'aria-current="page">Now' in page
    assert "data-refresh" in page


def test_while_documents_are_indexed_it_says_how_long_and_of_what_is_built_that_it_is_done(
    site: Site, stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    ana, serving = site.operator("ana"), Serving.connect(stack)
    names = [f"d{n}" for n in range(8)]
    Log(warehouse, tenant).documents(names, datetime.now(UTC))
    serving.move(ServingRecord(tenant=tenant, model="base", collection="c", version=1, moved_at=NOW), {})
    serving.register(Collection(tenant=tenant, model="base", collection="old", created_at=NOW), "standby")
    serving.set_progress(tenant, "old", Progress(done=8, total=8, rate=1.0, eta_s=0.0, at=NOW))
    serving.close()
    ago = datetime.now(UTC) - timedelta(seconds=60)
    applied = {"tenant": tenant, "collection": "c", "document_revision": 1 << 192, "applied_at": ago}
    rows = [applied | {"document": name} for name in names[:2]]
    warehouse.insert("applied", {name: [row[name] for row in rows] for name in rows[0]})
    page = ana.text(f"/now?tenant={tenant}")
    assert re.search(r"documents; 2 of 8 are indexed, about [23] min left", page), page
    assert "<td>done</td>" in page
    assert "0 s" not in page
    assert re.search(
        r"2 of 8 documents are indexed as they are now, about [23] min left", ana.text(f"/search?tenant={tenant}")
    )


def test_drift_that_is_suspected_is_no_alarm(site: Site, stack: Settings, warehouse: Warehouse, tenant: str) -> None:
    serving = Serving.connect(stack)
    serving.move(ServingRecord(tenant=tenant, model="m", collection="c", version=3, moved_at=NOW), {}, replaces=0)
    serving.close()
    window = {"tenant": tenant, "window_end": NOW, "signal": "query_drift", "verdict": "suspect"}
    warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
    page = site.operator("ana").text(f"/now?tenant={tenant}")
    assert re.search(r'<p class="note info">Drift is suspected: Queries\.', page), page


def test_the_first_steps_stay_until_a_first_cutover(
    site: Site, stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    ana, serving = site.operator("ana"), Serving.connect(stack)
    first = ServingRecord(tenant=tenant, model="base", collection="c", version=1, moved_at=NOW)
    serving.move(first, {})
    page = ana.text(f"/now?tenant={tenant}")
    for command in ("connect searches LOG", "retrain", "adopt MODEL"):
        assert f"<code>tidewheel {command} --tenant {tenant}</code>" in page
    assert "is in order" not in page
    assert "✓ Done" not in page
    Log(warehouse, tenant).documents(["d1", "d2", "d3"], datetime.now(UTC))
    row = {"topic": "searches", "topic_id": tenant, "tenant": tenant, "type": "SearchServed"}
    searches = [
        row | {"event_id": f"{tenant}{n}", "offset": n, "occurred_at": NOW + timedelta(days=n)} for n in (0, 13)
    ]
    warehouse.insert("events", {name: [each[name] for each in searches] for name in searches[0]})
    page = ana.text(f"/now?tenant={tenant}")
    assert page.count("✓ Done") == 2
    for part in ("3 documents.", "2 searches in 14 days.", "0 such queries so far.", f'href="/runs?tenant={tenant}"'):
        assert part in page, part
    serving.move(first.model_copy(update={"version": 2, "packet": "p", "by": "ana"}), {})
    serving.close()
    page = ana.text(f"/now?tenant={tenant}")
    assert "This is how it goes on" not in page
    assert page.count("connect searches") == 1
    assert page.index("<h2") < page.index("How people get to this search") < page.index("connect searches")
    assert f"<code>tidewheel keys add --tenant {tenant} --scope search --scope events --name intranet</code>" in page


def test_a_tenant_that_nobody_knows_is_not_found(site: Site) -> None:
    assert site.operator("ana").get("/now?tenant=nobody").status == 404


def test_an_empty_installation_says_how_it_begins(
    site: Site, stack: Settings, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.status.known", lambda stores: set())
    ana = site.operator("ana")
    page = ana.text("/now")
    for command in (
        "connect pages DIR --tenant T --acl everyone", "connect searches LOG --tenant T", "retrain --tenant T",
        "adopt MODEL --tenant T", "demo --interactive --keep",
    ):  # fmt: skip
        assert f"<code>tidewheel {command}</code>" in page
    assert "at least 50 held-out queries" in page
    assert "How people get to this search" not in page, "before anything was sent there is none"
    assert "is in order" not in page
    assert "tidewheel connect" in ana.text("/cutover")
