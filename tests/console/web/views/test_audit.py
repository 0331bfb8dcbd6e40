"""Audit: decisions with their signatures, and the operators."""

from operations import operators
from schemas.learning import CutoverRefused
from stores.warehouse import Warehouse
from tests.console.web.browsing import NOW, Site, write_event


def test_who_decided_what_and_whether_it_is_signed(site: Site, warehouse: Warehouse, tenant: str) -> None:
    ana = site.operator("ana")
    operators.ensure(site.where, "zoe", NOW)
    refusal = CutoverRefused(
        event_id=f"{tenant}-1", tenant=tenant, occurred_at=NOW, packet="a" * 64, collection="c", by="zoe",
        reason="<b>worse</b>",
    )  # fmt: skip
    write_event(warehouse, site.console.signing.as_operator(refusal, "zoe"), 1)
    write_event(warehouse, refusal.model_copy(update={"event_id": f"{tenant}-2"}), 2)
    page = ana.text(f"/audit?tenant={tenant}")
    assert page.count("CutoverRefused") == 2
    assert page.count('class="tag good">right') == 1
    assert "signature: missing" in page
    assert "&lt;b&gt;worse&lt;/b&gt;" in page
    operators.revoke(site.where, "zoe", NOW)
    assert "the key of &#39;zoe&#39; was revoked" in ana.text(f"/audit?tenant={tenant}")
