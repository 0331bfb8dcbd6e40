"""An operator in a real browser, on a real indexer: signs in, compares, approves, rolls back on a phone, replays a
letter. The phone has no scripts, so all of it works without. axe finds nothing serious."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from operations import operators, sign_in_codes
from stores import keys
from stores.settings import Settings
from tests.console.running import indexing
from tests.console.web.browsing import NOW, Site, serving
from tests.console.web.views.test_data import letter
from tests.console.web.views.test_drift import past, town
from tests.indexer.loop import first, record
from tests.indexer.world import World
from tests.operations.past import TENANT as PAST
from tests.streams.lives import Streams

__all__ = ["past", "town"]

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WAIT_MS = 120_000
VIEWS = ("now", "search", "drift", "quality", "runs", "cutover", "data", "audit")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without one the test fails with a word that says how to get it."""
    program = shutil.which("chromium")
    assert program, "no chromium here: `apt-get install chromium`, or leave this out with `-m 'not browser'`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, width: int, height: int, scripts: bool) -> Page:
    """A new browser of this size, which takes its time."""
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
    context.set_default_timeout(WAIT_MS)
    return context.new_page()


def fits(page: Page, name: str, pictures: Path) -> None:
    """Hold that nothing sticks out to the side, and keep a picture."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.screenshot(path=pictures / f"{name}.png", full_page=True)


def accessible(page: Page, name: str) -> None:
    """Hold that axe finds nothing serious or critical."""
    found = Axe().run(page).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not grave, (name, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in grave])


def test_an_operator_decides_in_a_browser_and_on_a_phone(stack: Settings, world: World, tmp_path: Path) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    operators.ensure(stack, "ana", NOW)
    key, tenant = keys.operator_file(stack, "ana"), world.tenant
    click = (
        f'{{"type": "DocumentOpened", "event_id": "e-{tenant}", "tenant": "{tenant}", "user": "u", "document": "d1", '
        f'"occurred_at": "{NOW.isoformat()}"}}'
    )
    letter(world.warehouse, tenant, 1, click.encode())
    with indexing(stack, loop), serving(Site(stack, now=None, wait_s=30.0)) as site, chromium() as browser:
        page = opened(browser, 1280, 900, scripts=True)
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.goto(f"{site.url}/sign-in?code={sign_in_codes.make(stack, key, world.clock())}")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Now")).to_be_visible()
        for view in (*VIEWS, "runs/" + packet.run):
            page.goto(f"{site.url}/{view}?tenant={tenant}")
            fits(page, f"desktop-{view.replace('/', '-')}", tmp_path)
            accessible(page, view)
        page.goto(f"{site.url}/now?tenant={tenant}")
        page.get_by_role("link", name="Look at it").first.click()
        expect(page.get_by_text("waits for your decision")).to_be_visible()
        expect(page.get_by_role("heading", name="Recent queries", exact=False).first).to_be_visible()
        expect(page.get_by_text(packet.digest)).to_be_visible()
        page.get_by_role("button", name="Approve, signed by ana").click()
        expect(page.get_by_role("status")).to_contain_text(f"Live: {world.next}", timeout=WAIT_MS)
        assert (record(world).model, record(world).by) == (world.next, "ana")
        assert problems == [], "the policy let everything through that the pages need"

        phone = opened(browser, 390, 844, scripts=False)
        phone.goto(f"{site.url}/cutover?tenant={tenant}")
        fits(phone, "phone-sign-in", tmp_path)
        phone.get_by_label("Your private key", exact=False).fill(key.read_text())
        phone.get_by_role("button", name="Sign in").click()
        expect(phone.get_by_role("heading", name="Cutover")).to_be_visible()
        for view in (*VIEWS, "runs/" + packet.run):
            phone.goto(f"{site.url}/{view}?tenant={tenant}")
            fits(phone, f"phone-{view.replace('/', '-')}", tmp_path)
        phone.goto(f"{site.url}/cutover?tenant={tenant}")
        phone.get_by_text(f"Roll back to {world.live}").click()
        phone.get_by_label("Why").fill("complaints about search")
        phone.get_by_role("button", name="Roll back").click()
        expect(phone.get_by_role("status")).to_contain_text(f"Live: {world.live}")
        assert (record(world).model, record(world).by) == (world.live, "ana")

        phone.get_by_role("link", name="Data").click()
        card = phone.locator("form", has_text=tenant).filter(has=phone.locator(f'input[value="{tenant}"]'))
        card.get_by_role("button", name="Send those again", exact=False).click()
        expect(phone.get_by_role("status")).to_contain_text("1 of clicks sent again")
        phone.get_by_role("button", name="Sign out").click()
        expect(phone.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_drift_and_quality_are_read_on_a_desktop_and_on_a_phone(town: Site, past: Streams, tmp_path: Path) -> None:
    """Every picture of a tenant's past loads in the mode of the reader, and has its numbers in a table beside it."""
    operators.ensure(town.where, "ana", NOW)
    key = keys.operator_file(town.where, "ana")
    broken: list[str] = []
    with chromium() as browser:
        for name, width, height, scripts in (("desktop", 1280, 900, True), ("phone", 390, 844, False)):
            page = opened(browser, width, height, scripts)
            page.on("response", lambda answer: broken.append(answer.url) if answer.status >= 400 else None)
            page.goto(f"{town.url}/drift?tenant={PAST}")
            page.get_by_label("Your private key", exact=False).fill(key.read_text())
            page.get_by_role("button", name="Sign in").click()
            for view, heading, pictures in (("drift", "Drift", 2), ("quality", "Quality over time", 5)):
                page.goto(f"{town.url}/{view}?tenant={PAST}")
                expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
                page.wait_for_load_state("networkidle")
                drawn = page.locator("img.chart").all()
                assert len(drawn) >= pictures, view
                for one in drawn:
                    one.scroll_into_view_if_needed()
                    box = one.bounding_box()
                    assert box, view
                    assert box["width"] > 100, (view, box)
                    assert one.get_attribute("alt"), view
                assert page.locator("table").count() >= 1
                fits(page, f"{name}-{view}", tmp_path)
                if scripts:
                    accessible(page, view)
    assert broken == []


def test_an_open_page_follows_what_moves_and_never_exchanges_what_is_under_review(
    stack: Settings, world: World
) -> None:
    loop = first(world)
    loop.settle()
    operators.ensure(stack, "ana", NOW)
    code = sign_in_codes.make(stack, keys.operator_file(stack, "ana"), world.clock())
    with serving(Site(stack, now=None)) as site, chromium() as browser:
        page = opened(browser, 1280, 900, scripts=True)
        page.goto(f"{site.url}/sign-in?code={code}")
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{site.url}/cutover?tenant={world.tenant}")
        expect(page.get_by_role("button", name="Approve", exact=False)).to_have_count(0)
        packet = loop.ready()
        expect(page.get_by_role("button", name="Approve, signed by ana")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_text(packet.digest)).to_be_visible()

        about = world.serving.collection(world.tenant, packet.collection)
        assert about is not None
        other = world.serving.save_packet(
            packet.model_copy(update={"created_at": world.clock() + timedelta(minutes=1)})
        )
        world.serving.save(about.model_copy(update={"packet": other}))
        expect(page.get_by_text("What you are reading was replaced")).to_be_visible(timeout=WAIT_MS)
        assert page.locator("input[name=packet]").first.input_value() == packet.digest
        page.reload()
        assert page.locator("input[name=packet]").first.input_value() == other
