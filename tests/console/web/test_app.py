"""Every error is a page that says what to do next, and nothing typed comes back unescaped."""

import re
from pathlib import Path

import pytest

from console.web import pages
from tests.console.web.browsing import Site

_ON_ITS_OWN = "report.html"
"""A file that people hand on, with its style in it; the console does not serve it as a page."""
TEMPLATES = sorted(
    path for path in (Path(pages.__file__).parent / "templates").glob("*.html") if path.name != _ON_ITS_OWN
)
SCRIPT = "<script>alert(1)</script>"


def test_the_first_page_is_the_first_view(lonely: Site) -> None:
    answer = lonely.browser().get("/")
    assert (answer.status, answer.headers["location"]) == (303, "/now")


def test_stores_that_are_away_are_a_page_that_says_so(lonely: Site) -> None:
    answer = lonely.operator("ana").get("/now")
    assert answer.status == 503
    assert "The stores are away; try again" in answer.data.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404), ("/static/../app.py", 404), ("/static/%2e%2e/app.py", 404),
        ("/static/..%2f..%2fapp.py", 404),
        ("/static//etc/passwd", 404), ("/openapi.json", 404), ("/docs", 404), ("/sign-out", 405),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_page(lonely: Site, path: str, status: int) -> None:
    answer = lonely.operator("ana").get(path)
    assert answer.status == status
    assert "<h1>" in answer.data.decode()
    assert "import " not in answer.data.decode()


def test_a_page_that_is_not_there_keeps_the_navigation_of_who_is_signed_in(lonely: Site) -> None:
    assert 'href="/runs"' in lonely.operator("ana").get("/nothing").data.decode()
    assert 'href="/runs"' not in lonely.browser().get("/nothing").data.decode()
    assert "The stores are away" in lonely.operator("ana").get("/now").data.decode(), "a sentence has a capital letter"


@pytest.mark.parametrize(
    "path", ["/{}", "/sign-in?next={}", "/sign-in?code={}", "/runs/{}", "/now?tenant={}", "/data/letter?topic={}"]
)
def test_script_in_an_address_stays_words(lonely: Site, path: str) -> None:
    for browser in (lonely.browser(), lonely.operator("ana")):
        for typed in (
            SCRIPT,
            "%3Cscript%3Ealert(1)%3C/script%3E",
            '"><img src=x onerror=alert(1)>'.replace(" ", "%20"),
        ):
            page = browser.get(path.format(typed)).data.decode()
            assert "<script>" not in page
            assert "<img" not in page


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_more_than_the_policy_allows(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\bstyle=|\son[a-z]+=|javascript:|\|\s*safe\b|autoescape|https?://", text)
    assert "<style" not in text
    assert all('src="/static/' in script for script in re.findall("<script[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    for form in re.findall(r'<form method="post".*?</form>', path.read_text(), re.DOTALL):
        assert 'name="csrf"' in form or 'action="/sign-in"' in form
