"""How values are printed on pages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup

from console.web import pages, views
from console.web.pages import VIEWS, decimals, moment, prose, shown, whole, written
from schemas.opinion import Opinion
from tests.schemas.packets import WON


def test_every_view_has_its_file_and_every_file_its_line() -> None:
    files = {path.stem for path in Path(views.__file__).parent.glob("*.py")} - {"__init__"}
    assert {view.name for view in VIEWS} == files


def test_values_are_printed_as_people_read_them() -> None:
    assert [whole(None), whole(1234567), decimals(None), decimals(0.12345), decimals(0.1, 2, True)] == [
        "-", "1,234,567", "-", "0.123", "+0.10",
    ]  # fmt: skip
    at = datetime(2026, 11, 1, 9, 5, tzinfo=UTC)
    assert [moment(None), moment(""), moment(at), moment(at.isoformat())] == ["-", "-", *["2026-11-01 09:05 UTC"] * 2]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, "-"), (True, "yes"), ("two\nlines", "two\nlines"), ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("zero\u200fwidth\x1b", "zero\\u200fwidth\\x1b"),
    ],
)  # fmt: skip
def test_no_text_turns_or_hides_what_stands_beside_it(value: object, printed: str) -> None:
    assert shown(value) == printed


def test_texts_are_escaped_by_themselves() -> None:
    made = pages._ENVIRONMENT.from_string('<p>{{ text }}</p><i title="{{ text }}">{{ mark }}</i>')
    page = made.render(text='<b> & "', mark=Markup("<em>ours</em>"))
    assert page == '<p>&lt;b&gt; &amp; &#34;</p><i title="&lt;b&gt; &amp; &#34;"><em>ours</em></i>'


def test_a_sentence_has_a_capital_letter_its_commands_as_code_and_nothing_else_obeyed() -> None:
    assert prose("see `tidewheel runs <x>`") == "See <code>tidewheel runs &lt;x&gt;</code>"
    assert prose("<script> `a <b> c") == "&lt;script&gt; `a &lt;b&gt; c"
    assert prose("") == ""


def test_a_comparison_begins_with_its_result_and_a_win_wants_no_more_queries() -> None:
    seen = WON.model_copy(update={"needed": 2_050, "look": 2})
    won = written("gate.html", gate=seen)
    assert "Better by +0.100 nDCG@10 as served, at least +0.050, at 95 %." in won
    assert "Queries needed" not in won
    assert "A look is one comparison" in won
    unsure = written("gate.html", gate=seen.model_copy(update={"low": -0.05}))
    assert "No sure difference: +0.100" in unsure
    assert "2,050 would show" in unsure
    assert "By meaning alone" in unsure
    worse = written("gate.html", gate=seen.model_copy(update={"difference": -0.1, "low": -0.2, "high": -0.05}))
    assert "Worse by 0.100 nDCG@10 as served, at least 0.050, at 95 %." in worse


def test_a_language_model_s_opinion_is_called_one_and_what_an_endpoint_said_is_no_markup() -> None:
    said = Opinion(
        model="some-model", queries=40, depth=5, ndcg_live=0.5, ndcg_candidate=0.6, difference=0.1, low=-0.05,
        high=0.25, said="40 judged; <script>alert(1)</script>",
    )  # fmt: skip
    seen = WON.model_copy(update={"synthetic": "120 synthetic queries <b>", "opinion": said})
    page = written("gate.html", gate=seen)
    assert "A language model&#39;s opinion" in page or "A language model's opinion" in page
    assert "It decides nothing." in page
    assert "difference +0.100, between -0.050 and +0.250" in page
    assert "<script>" not in page
    assert "120 synthetic queries &lt;b&gt;" in page
    nothing = written("gate.html", gate=seen.model_copy(update={"opinion": said.model_copy(update={"queries": 0})}))
    assert "nDCG@5" not in nothing
    assert "opinion" not in written("gate.html", gate=WON)
