"""What attackers type into every parameter of every page and form: nothing breaks, and nothing comes back as markup."""

from urllib.parse import quote

import pytest

from tests.console.web.browsing import Site

NASTY = (
    "' OR 1=1 --", "{{ 7331 * 3 }}", "<script>alert(1)</script>", "\x00", "%s%n", "../../keys/installation.key",
    "a" * 5_000, "\u202eevil", "{tenant:String}", "\r\nset-cookie: a=b",
)  # fmt: skip
PAGES = (
    "/now?tenant={}", "/runs?tenant={}", "/runs/{}", "/cutover?tenant={}", "/data?tenant={}", "/audit?tenant={}",
    "/data/letter?topic={}&partition=0&offset=0", "/data/letter?topic=clicks&partition={}&offset=0",
    "/data/letter?topic=clicks&partition=0&offset={}", "/data/letter?topic=clicks&partition=0&offset=0&topic_id={}",
    "/search/document?document={}", "/search/document?tenant={}", "/sign-in?next={}", "/sign-in?code={}",
)  # fmt: skip
FORMS = {
    "/cutover/approve": ("packet",), "/cutover/refuse": ("packet", "reason"),
    "/cutover/rollback": ("version", "reason"), "/data/replay": ("topic", "code"),
}  # fmt: skip


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_nothing_breaks_and_nothing_is_obeyed(site: Site, nasty: str) -> None:
    ana = site.operator("ana")
    answers = [ana.get(page.format(quote(nasty, safe=""))) for page in PAGES]
    token = ana.csrf()
    for path, fields in FORMS.items():
        answers.append(ana.post(path, {"csrf": token, **dict.fromkeys(fields, nasty)}))
    for answer in answers:
        page = answer.data.decode()
        assert answer.status < 500, page
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "PRIVATE KEY" not in page
        assert "21993" not in page, "an expression was worked out"
        assert answer.headers.getlist("set-cookie") == []
