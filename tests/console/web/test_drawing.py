"""Pictures of charts: they carry no style and no script, say what they are, and bear whatever there is to draw."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from console.web.charts import Chart, Line, Mark, Panel
from console.web.drawing import picture
from tests.console.web.charting import DAY, START, chart


def _drawn(svg: bytes) -> list[ElementTree.Element]:
    return [*ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def _texts(svg: bytes) -> list[str]:
    return [each.text or "" for each in _drawn(svg)]


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


def test_no_line_lies_on_the_upper_edge() -> None:
    svg = picture(replace(chart(0.97, 1.0, 0.98, share=True), alarms=(), marks=()), False).decode()
    edge = re.search(r'<clipPath[^>]*>\s*<rect [^>]*?y="([\d.]+)"', svg)
    assert edge
    dots = [float(y) for y in re.findall(r'<use [^>]*?y="([\d.]+)" fill="#0f6482"', svg)]
    assert len(dots) == 3
    assert min(dots) > float(edge[1]) + 5


def test_a_day_never_stands_without_its_month() -> None:
    texts = _texts(picture(chart(*(1.0 for _ in range(25))), False))
    days = [text for text in texts if re.match(r"\d\d\b", text)]
    assert any(text.endswith(" Mar") for text in days)
    assert all(re.fullmatch(r"\d\d [A-Z][a-z]{2}", text) for text in days)


def test_marks_that_are_close_stand_below_each_other() -> None:
    at = START + 2 * DAY
    marks = (Mark(at + DAY / 8, "rollback"), Mark(at, "cutover"), Mark(START + 15 * DAY, "retrain"))
    svg = picture(replace(chart(*(1.0,) * 20), marks=marks), False)
    rows = {each.text: float(each.get("y", 0)) for each in _drawn(svg) if each.text in {"R", "C", "B"}}
    assert rows["B"] > rows["C"] + 8
    assert rows["R"] == rows["C"]


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
