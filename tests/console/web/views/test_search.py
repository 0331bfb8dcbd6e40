"""The search page: it finds as everyone may, takes an opinion by a form, and gives nothing typed back unescaped."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import HTTPException
from pydantic import ValidationError

from console.web import pages
from console.web.views import search
from operations import feedback
from operations.connections import Connections
from operations.feedback import Feedback
from retrieval.queries import NoWord
from schemas.activity import Reacted
from schemas.search import SearchAnswer, SearchRequest, SearchResult
from stores.access_lists import AccessList, AccessLists
from stores.errors import Retryable
from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.console.web.browsing import NOW, Site, serving
from tests.streams.drift.history_rows import Log
from tests.streams.drift.people import MORNING

TITLE = "<script>alert('title')</script>"
FORM = {"search": "s-1", "q": "leave", "document": "hr/leave", "opinion": "useful"}


class Asked:
    """A search that finds one document, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[SearchRequest] = []
        self.error: Exception | None = None

    def __call__(self, request: SearchRequest) -> SearchAnswer:
        if self.error:
            raise self.error
        self.requests.append(request)
        found = SearchResult(
            rank=1, document="hr/leave", score=1.0, title=TITLE, snippet="<b>days</b>", truncated=False
        )
        return SearchAnswer(
            model="m", collection="C", serving_version=1, latency_ms=1.0, results=(found,),
            search="recorded" if request.user else None,
        )  # fmt: skip


@contextmanager
def searching(stack: Settings, home: Path) -> Iterator[tuple[Site, Asked]]:
    site, asked = Site(stack.model_copy(update={"home": home})), Asked()
    site.console = replace(site.console, search=asked)
    with serving(site) as running:
        yield running, asked


@pytest.fixture
def someone(warehouse: Warehouse, tenant: str) -> str:
    """A tenant that sent a document."""
    Log(warehouse, tenant).documents(["hr/leave"], MORNING - timedelta(days=1))
    return tenant


def test_a_search_counts_as_nobodys_and_an_opinion_on_it_is_the_operators(
    stack: Settings, tmp_path: Path, someone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Reacted] = []
    monkeypatch.setattr(feedback, "send", lambda stores, events: sent.extend(events))
    with searching(stack, tmp_path) as (site, asked):
        ana = site.operator("ana")
        page = ana.text(f"/search?tenant={someone}&q={quote('<i>leave')}")
        assert [(each.user, each.query, each.groups) for each in asked.requests] == [(None, "<i>leave", ())]
        for part in (
            "&lt;i&gt;leave",
            "&lt;script&gt;alert(&#39;title&#39;)",
            "&lt;b&gt;days",
            "hr/leave",
            "counts as nobody's",
        ):
            assert part in page, part
        assert "<script>alert" not in page
        assert "<i>leave" not in page
        named = [
            re.findall(r'name="search" value="([0-9a-f]{32})"', each)
            for each in (page, ana.text(f"/search?tenant={someone}&q=leave"))
        ]
        assert [len(each) for each in named] == [1, 1]
        assert named[0] != named[1], "an opinion is on one search"

        answer = ana.submit(f"/search/feedback?tenant={someone}", **FORM)
        assert answer.status == 303
        assert [(event.user, event.tenant, event.reaction, event.change) for event in sent] == [
            ("ana", someone, "not_helpful", "withdrawn"), ("ana", someone, "helpful", "added"),
        ]  # fmt: skip
        again = ana.text(answer.headers["location"])
        assert "Noted: useful" in again
        assert 'name="search" value="s-1"' in again, "and a change of mind is on the same one"
        assert {each.user for each in asked.requests} == {None}
        scripted = {"origin": site.url, search.SCRIPTED: "1"}
        assert ana.post(f"/search/feedback?tenant={someone}", {"csrf": ana.csrf(), **FORM}, **scripted).status == 204

        sent.clear()
        assert ana.post(f"/search/feedback?tenant={someone}", FORM).status == 403
        assert ana.submit(f"/search/feedback?tenant={someone}", **{**FORM, "opinion": "<b>"}).status == 400
        assert site.browser().post(f"/search/feedback?tenant={someone}", FORM).status == 401
        assert sent == []


def test_a_result_leads_to_its_document_as_long_as_everyone_may_see_it(
    stack: Settings, tmp_path: Path, warehouse: Warehouse, tenant: str
) -> None:
    Log(warehouse, tenant).documents(["other"], MORNING)
    row = {"tenant": tenant, "document": "hr/leave", "version": 1, "kind": "page", "title": TITLE, "app": "git",
           "body": "# Days\n<b>thirty</b>", "acl": ["everyone"], "content_hash": "a", "updated_at": NOW}  # fmt: skip
    warehouse.insert("documents", {name: [value] for name, value in row.items()})
    lists = AccessLists.connect(stack)
    lists.put(tenant, [AccessList("hr/leave", 1 << 192, ("everyone",), "a")])
    with searching(stack, tmp_path) as (site, _):
        ana, where = site.operator("ana"), f"/search/document?tenant={tenant}&document=hr/leave"
        page = ana.text(f"/search?tenant={tenant}&q=leave")
        assert f'<a href="/search/document?tenant={tenant}&amp;document=hr/leave">' in page
        page = ana.text(where)
        for part in ("thirty", "hr/leave", "from git", "&lt;script&gt;alert", 'aria-current="page">Search'):
            assert part in page, part
        assert "<b>" not in page
        none = ana.get(f"/search/document?tenant={tenant}&document=hr/none")
        lists.put(tenant, [AccessList("hr/leave", (1 << 192) + 1, ("board",), "a")])
        hidden = ana.get(where)
        assert (hidden.status, none.status) == (404, 404)
        assert hidden.data == none.data, "nobody learns that it is there"
        assert site.browser().get(where).status == 303
    lists.close()


def test_a_query_that_cannot_be_searched_is_a_word_on_the_page(stack: Settings, tmp_path: Path, someone: str) -> None:
    with searching(stack, tmp_path) as (site, asked):
        ana = site.operator("ana")
        for query in ("%20", "...", "a" * 40_000):
            assert 'role="alert"' in ana.text(f"/search?tenant={someone}&q={query}")
        assert asked.requests == []
        asked.error = Retryable("the search service does not answer")
        assert ana.get(f"/search?tenant={someone}&q=leave").status in (409, 503)


def test_feedback_reaches_its_topic(stack: Settings) -> None:
    given = Feedback("acme", "ana", "s-1", "leave", "hr/leave", "useful")
    with Connections(stack) as stores:
        feedback.send(stores, feedback.events(given, NOW))


def test_what_cannot_be_searched_is_not_asked() -> None:
    assert search.asked("acme", "leave").user is None
    with pytest.raises(NoWord):
        search.asked("acme", "...")
    with pytest.raises(ValidationError):
        search.asked("acme", "a" * 100_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"opinion": "perhaps"},
        {"document": ""},
        {"search": ""},
        {"q": ""},
        {"q": "a" * 100_000},
        {"document": "a" * 257},
    ],
)
def test_a_form_that_states_no_opinion_is_refused(wrong: dict[str, str]) -> None:
    assert search.read(FORM, "acme", "ana").document == "hr/leave"
    with pytest.raises(HTTPException):
        search.read({**FORM, **wrong}, "acme", "ana")


def test_the_script_of_the_page_is_a_file_of_ours_and_keys_are_those_that_the_page_names() -> None:
    folder = Path(pages.__file__).parent
    page, script = (folder / "templates" / "search.html").read_text(), (folder / "static" / "search.js").read_text()
    for key in "unjk":
        assert f"<kbd>{key}</kbd>" in page
        assert f'event.key === "{key}"' in script
    assert f'"{search.SCRIPTED}"' in script
    assert "innerHTML" not in script
