"""Pictures of the operators' console, as an operator sees it at the end of the demo."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from console.open import link
from stores.settings import Settings

VIEWS = ("now", "drift", "runs", "cutover", "quality")
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_WITHIN_MS = 60_000
_SIZE = (1_280, 900)


def take(where: Settings, tenant: str, operator: str, directory: Path) -> str:
    """Write a picture of each view of a tenant, and return in words where they are, or why there are none."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    try:
        from playwright.sync_api import Error
    except ImportError:
        return "no pictures of the console: playwright is not installed (pip install -e '.[dev]')"
    if program is None:
        return "no pictures of the console: no Chromium here (apt-get install chromium)"
    directory.mkdir(parents=True, exist_ok=True)
    try:
        _take(link(where, operator, datetime.now(UTC)), tenant, program, directory)
    except Error as error:  # the demo ends as it has ended, with pictures or without
        return f"no pictures of the console: {error.message.splitlines()[0]}"
    return f"pictures of the console: {directory} ({', '.join(VIEWS)})"


def _take(url: str, tenant: str, program: str, directory: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": _SIZE[0], "height": _SIZE[1]})
            page.set_default_timeout(_WITHIN_MS)
            page.goto(url)
            page.get_by_role("button").first.click()
            page.wait_for_url("**/now*")
            for view in VIEWS:
                page.goto(f"{url.partition('/sign-in')[0]}/{view}?tenant={tenant}")
                for chart in page.locator("img.chart").all():  # they load when somebody comes to them
                    chart.scroll_into_view_if_needed()
                    chart.evaluate("image => image.decode()")
                page.screenshot(path=directory / f"{view}.png", full_page=True)
        finally:
            browser.close()
