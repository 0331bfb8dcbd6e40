"""Which tenant a page is about."""

import pytest

from stores.serving import Serving, ServingRecord
from stores.settings import Settings
from tests.console.web.browsing import NOW, Site


def test_without_a_tenant_a_page_is_about_one_whose_model_waits(
    site: Site, stack: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = site.operator("ana")
    monkeypatch.setattr("operations.status.known", lambda stores: {"alpha", "beta", "gamma"})
    assert 'href="/cutover?tenant=alpha"' in ana.text("/runs")
    monkeypatch.setattr("console.web.tenants.waits", lambda serving, tenant: tenant == "beta")
    assert 'href="/cutover?tenant=beta"' in ana.text("/runs")
    assert 'href="/cutover?tenant=gamma"' in ana.text("/runs?tenant=gamma")
    page = ana.text("/now?tenant=gamma")
    assert "A new model of beta waits for your decision." in page
    assert '<a href="/cutover?tenant=beta">Look at it</a>' in page


def test_a_page_is_about_the_tenant_in_its_address_and_links_keep_it(site: Site, stack: Settings, tenant: str) -> None:
    ana = site.operator("ana")
    serving = Serving.connect(stack)
    serving.move(ServingRecord(tenant=tenant, model="m", collection="c", version=1, moved_at=NOW), {})
    serving.close()
    page = ana.text(f"/runs?tenant={tenant}")
    assert f'href="/cutover?tenant={tenant}"' in page
    assert ana.text("/runs")
    for unknown in ("nobody", "%3Cb%3E", "..%2F"):
        answer = ana.get(f"/runs?tenant={unknown}")
        assert answer.status == 404
        assert "<b>" not in answer.data.decode()
