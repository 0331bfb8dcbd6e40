"""Now, on real stores: what needs a person, and the tenants' own words unobeyed."""

import pytest

from schemas.learning import ModelRefused, TrainingRequested
from stores.serving import Serving, ServingRecord
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.requests import run_id
from tests.console.web.browsing import NOW, Site, write_event


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


def test_the_first_steps_stay_until_a_first_cutover(site: Site, stack: Settings, tenant: str) -> None:
    ana, serving = site.operator("ana"), Serving.connect(stack)
    first = ServingRecord(tenant=tenant, model="base", collection="c", version=1, moved_at=NOW)
    serving.move(first, {})
    page = ana.text(f"/now?tenant={tenant}")
    for command in ("connect searches LOG", "retrain", "adopt MODEL"):
        assert f"<code>tidewheel {command} --tenant {tenant}</code>" in page
    assert "is in order" not in page
    serving.move(first.model_copy(update={"version": 2, "packet": "p", "by": "ana"}), {})
    serving.close()
    assert "connect searches" not in ana.text(f"/now?tenant={tenant}")


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
    assert "is in order" not in page
    assert "tidewheel connect" in ana.text("/cutover")
