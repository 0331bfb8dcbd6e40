"""Long titles, long reasons and several tenants in a real browser: nothing sticks out, on a desktop and on a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from operations import operators
from schemas.learning import ModelRefused, ModelTrained, TrainingRequested
from schemas.packet import ExampleQuery, HeldOut, ShownDocument
from stores import keys
from stores.access_lists import AccessList, AccessLists
from stores.serving import Collection, Serving, ServingRecord
from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.console.web.browsing import NOW, Site, write_event
from tests.console.web.test_browser import chromium, fits, opened
from tests.console.web.views.test_runs import scores
from tests.schemas.packets import WON, packet

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LONG = (
    "How the yearly allowance for travel by rail is settled between departments of several countries, and by whom " * 4
)
DOCUMENT = "guide/of-a-name-without-any-blank-" + "x" * 200


def wait_for_a_decision(stack: Settings, tenant: str) -> None:
    """Put a packet of long titles under review, and make a second tenant."""
    shown = tuple(ShownDocument(document=f"{DOCUMENT}{n}", title=LONG if n else "", wanted=True) for n in range(3))
    example = ExampleQuery(query=LONG, ndcg_live=0.1, ndcg_shadow=0.6, live=shown, shadow=shown[::-1])
    made = packet(tenant=tenant, model="next", collection="C", held_out=HeldOut(wins=(example,), losses=()))
    serving, lists = Serving.connect(stack), AccessLists.connect(stack)
    serving.save_packet(made)
    serving.register(
        Collection(tenant=tenant, model="next", collection="C", created_at=NOW, packet=made.digest), "ready"
    )
    for name in (tenant, f"{tenant}-of-a-second-office-far-away"):
        serving.move(ServingRecord(tenant=name, model="old", collection="B", version=1, moved_at=NOW), {})
    assert lists.end_filling(tenant, lists.begin_filling(tenant))
    lists.put(tenant, [AccessList(f"{DOCUMENT}{n}", 1, ("everyone",), "a") for n in range(3)])
    serving.close()
    lists.close()


def train(site: Site, warehouse: Warehouse, tenant: str) -> None:
    """Write a run that won, with long ids in its scores, and one that was refused for long reasons."""
    signing = site.console.signing
    for number, run in enumerate(("run-1", "run-2")):
        about: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "run": run}
        asked = TrainingRequested(event_id=f"{tenant}-a{number}", requested_by="ana", reason=LONG[:200], **about)
        write_event(warehouse, signing.as_operator(asked, "ana"), 10 + number)
    when: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW}
    won = ModelTrained(
        event_id=f"{tenant}-w", run="run-1", model="m", parent="base", snapshot="s", comparison=WON, **when
    )
    lost = ModelRefused(event_id=f"{tenant}-l", run="run-2", verdict="LOSS", reasons=(LONG[:200], LONG[:150]), **when)
    write_event(warehouse, signing.as_installation(won), 12)
    write_event(warehouse, signing.as_installation(lost), 13)
    scores(warehouse, tenant, LONG, f"{DOCUMENT}0", 0.9, 0.1)
    scores(warehouse, tenant, "short", f"{DOCUMENT}1", 0.2, 0.8)


def tall(page: Page, selector: str) -> float:
    """Return the height of the tallest of these, in pixels."""
    heights = page.locator(selector).evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    return float(max(heights))


def test_long_titles_and_two_tenants_fit(
    site: Site, stack: Settings, warehouse: Warehouse, tenant: str, tmp_path: Path
) -> None:
    operators.ensure(site.where, "ana", NOW)
    wait_for_a_decision(stack, tenant)
    train(site, warehouse, tenant)
    with chromium() as browser:
        for name, width, height, header in (("desktop", 1280, 900, 75), ("phone", 390, 844, 150)):
            page = opened(browser, width, height, scripts=False)
            page.goto(f"{site.url}/cutover?tenant={tenant}")
            page.get_by_label("Your private key", exact=False).fill(keys.operator_file(site.where, "ana").read_text())
            page.get_by_role("button", name="Sign in").click()
            for view in ("cutover", "runs/run-1", "runs/run-2", "runs", "data"):
                page.goto(f"{site.url}/{view}?tenant={tenant}")
                fits(page, f"{name}-{view.replace('/', '-')}", tmp_path)
                assert tall(page, "header") <= header, (name, view)
                assert page.locator(".sides").count() == {"cutover": 1, "runs/run-1": 2}.get(view, 0), view
            page.goto(f"{site.url}/runs?tenant={tenant}")
            assert tall(page, "tr") <= 450, "rows are words and not blank"
            edges = page.locator(".why").evaluate_all("all => all.map(each => each.getBoundingClientRect().right)")
            assert len(edges) == 2
            assert max(edges) <= width, "why a run began and ended is read without scrolling to the side"
            page.get_by_text("What the words mean").click()
            fits(page, f"{name}-words", tmp_path)
            hint = "getComputedStyle(document.querySelector('.scroll')).backgroundAttachment"
            assert "scroll" in page.evaluate(hint), "a shadow says that there is more"
            page.context.close()
