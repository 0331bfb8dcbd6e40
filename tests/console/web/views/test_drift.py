"""Drift on a page: what was decided and why, every signal as a picture and as a table, and its query."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from operations import analysis, drift_decisions
from operations.connections import Connections
from schemas.envelope import Event
from schemas.learning import DriftMuted, RequestDismissed
from stores.settings import Settings
from tests.console.web.browsing import Site, serving
from tests.operations.past import DATABASE, TENANT, past
from tests.streams.lives import Streams

__all__ = ["past"]


@pytest.fixture(scope="module")
def town(stack: Settings, past: Streams, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console on the warehouse of two weeks of a tenant's past."""
    home: Path = tmp_path_factory.mktemp("drift")
    with serving(Site(stack.model_copy(update={"home": home, "clickhouse_database": DATABASE}))) as one:
        yield one


def test_a_page_says_what_was_decided_and_why(town: Site) -> None:
    page = town.operator("ana").text(f"/drift?tenant={TENANT}")
    for part in (
        "Queries, New words tripped", f'href="/runs/run-1?tenant={TENANT}"', "kubelet", "&lt;script&gt;",
        "0.8 now, 0.5 before",
        "evidence 9.5 of 9.0", "past-1", "&lt;script&gt;alert(&#39;drift&#39;)&lt;/script&gt;",
    ):  # fmt: skip
        assert part in page, part
    assert "<script>alert" not in page
    assert page.index(">Queries\n") < page.index(">New words\n"), "the nearest to its limit comes first"


def test_each_picture_of_the_page_is_there_and_has_words_beside_it(town: Site) -> None:
    ana = town.operator("ana")
    page = ana.text(f"/drift?tenant={TENANT}")
    found = [unescape(each) for each in re.findall(r'src="(/drift/[^"]+)', page)]
    dark = [unescape(each) for each in re.findall(r'srcset="(/drift/[^"]+)', page)]
    assert [len(found), len(dark), page.count("2 windows from"), page.count("<caption>The newest")] == [2, 2, 1, 2]
    for address in (found[0], dark[0]):
        answer = ana.get(address)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert "style-src 'self'" in answer.headers["content-security-policy"]
        assert ElementTree.fromstring(answer.data).tag.endswith("svg")
    assert ana.get(f"/drift/chart.svg?tenant={TENANT}&signal=nothing").status == 404


def test_the_query_of_the_page_runs_as_it_stands(town: Site, past: Streams) -> None:
    page = town.operator("ana").text(f"/drift?tenant={TENANT}")
    for part in page.split("<pre")[1:]:
        query = unescape(part.partition(">")[2].partition("</pre>")[0])
        assert analysis.answer(past.warehouse, query, "json").count(b"\n") >= 3


@pytest.mark.parametrize("path", ["/drift", "/drift/chart.svg?signal=query_drift"])
def test_nobody_sees_drift_unasked(town: Site, path: str) -> None:
    assert town.browser().get(path).status == 303
    ana = town.operator("ana")
    sign = "&" if "?" in path else "?"
    assert ana.get(f"{path}{sign}tenant={TENANT}&days=100000").status == 400
    assert ana.get(f"{path}{sign}tenant=nobody").status == 404


def test_an_operator_dismisses_and_mutes_with_a_reason(town: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Event] = []
    monkeypatch.setattr(Connections, "publish", lambda stores, event: sent.append(event))
    ana, about = town.operator("ana"), f"?tenant={TENANT}"
    assert "Why run-1 is needless" not in ana.text(f"/drift{about}"), "its model won, and is decided on by its packet"
    assert ana.submit(f"/drift/dismiss{about}", run="run-1", reason="x").status == 409
    request = {"run": "run-1", "verdict": "RUNNING", "dismissed_by": "", "dismissed_because": ""}
    monkeypatch.setattr(drift_decisions, "requests", lambda *_: [request])
    assert "Why run-1 is needless" in ana.text(f"/drift{about}")
    assert ana.submit(f"/drift/dismiss{about}", run="run-1", reason="").status == 409
    assert ana.submit(f"/drift/dismiss{about}", run="run-9", reason="x").status == 409
    assert ana.post(f"/drift/dismiss{about}", {"run": "run-1", "reason": "x"}).status == 403
    for until in ("tomorrow", "", "2020-01-01"):
        assert ana.submit(f"/drift/mute{about}", until=until, reason="x").status == 409
    assert sent == []
    assert ana.submit(f"/drift/dismiss{about}", run="run-1", reason="a fair").status == 303
    assert "run-1 counts as refused" in ana.text(f"/drift{about}")
    assert ana.submit(f"/drift/mute{about}", until="2026-12-24", reason="a move").status == 303
    assert "before 2026-12-24" in ana.text(f"/drift{about}")
    assert ana.submit(f"/drift/mute{about}", unmute="1", reason="done").status == 303
    dismissed, muted, unmuted = sent
    assert isinstance(dismissed, RequestDismissed)
    assert (dismissed.run, dismissed.by, dismissed.reason) == ("run-1", "ana", "a fair")
    assert dismissed.signature
    assert isinstance(muted, DriftMuted)
    assert isinstance(unmuted, DriftMuted)
    assert (muted.until.date().isoformat(), unmuted.until.year) == ("2026-12-24", 1970)
