"""Pictures of charts: they carry no style and no script, say what they are, and bear whatever there is to draw."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from console.web.charts import Chart, Line, Panel
from console.web.drawing import picture
from tests.console.web.charting import START, chart


def _texts(svg: bytes) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def _paths(svg: bytes) -> int:
    return svg.count(b"<path") + svg.count(b"<use")


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_obeys_a_policy_without_styles_and_scripts(dark: bool) -> None:
    svg = picture(chart(1.0, 2.0, 3.0), dark)
    for word in (b"style", b"<script", b"onload", b"<!", b"http://matplotlib"):
        assert word not in svg, word
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("width"), root.get("viewBox")) == ("img", "360", "0 0 360 144")
    assert [root[0].text, root[1].text] == ["A title", "What it shows"]


def test_marks_and_alarms_are_drawn() -> None:
    whole = chart(1.0, 2.0, 3.0)
    assert {"R", "C"} <= set(_texts(picture(whole, False)))
    assert "B" not in _texts(picture(whole, False))
    quiet = replace(whole, alarms=(), marks=())
    assert not {"R", "C"} & set(_texts(picture(quiet, False)))
    assert _paths(picture(whole, False)) == _paths(picture(quiet, False)) + 4  # a marker and its use, two lines


def test_shares_are_percentages() -> None:
    assert any("%" in text for text in _texts(picture(chart(0.1, 0.5, share=True), False)))
    assert not any("%" in text for text in _texts(picture(chart(0.1, 0.5), False)))


@pytest.mark.parametrize("values", [(), (None,), (None, None), (0.0,), (1e-9, 1e9), (float("nan"), 1.0)])
def test_whatever_is_measured_has_a_picture(values: tuple[float | None, ...]) -> None:
    assert picture(chart(*values), False).startswith(b"<svg")


def test_words_are_words_and_no_formula_or_markup() -> None:
    odd = Panel("$\\frac </text><script>", (Line("x", ((START, 1.0),)), Line("$y$", ((START, 1.0),), dashed=True)))
    svg = picture(Chart("<script>", "& more", (odd,)), False)
    assert "$\\frac </text><script>" in _texts(svg)
    assert b"<script" not in svg


def test_pictures_may_be_asked_for_at_once() -> None:
    charts = [chart(*(float(value * number) for value in range(5))) for number in range(1, 5)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda each: picture(each, False), charts)) == [picture(each, False) for each in charts]
