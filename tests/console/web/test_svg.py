"""Inline styles become attributes, and nothing of a drawing's making is left."""

from console.web.svg import attributes, plain

DRAWN = b"""<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg" width="36pt" height="9pt">
<metadata><x/></metadata><defs><style type="text/css">*{stroke-linecap:butt}</style></defs>
<g><text style="font: 10px 'DejaVu Sans', sans-serif; fill: #123456">a &lt; b</text></g></svg>"""


def test_a_style_says_the_same_as_attributes() -> None:
    assert attributes("fill: #fff; stroke-width:2;") == {"fill": "#fff", "stroke-width": "2"}
    assert attributes("font: 10px 'DejaVu Sans'") == {"font-size": "10px", "font-family": "system-ui, sans-serif"}
    assert attributes("font-family: Comic") == {"font-family": "system-ui, sans-serif"}
    assert attributes("") == {}


def test_a_plain_drawing_has_a_title_and_no_style() -> None:
    svg = plain(DRAWN, "T & T", "words")
    for word in (b"style", b"metadata", b"DOCTYPE", b"pt"):
        assert word not in svg, word
    for word in (b"<title>T &amp; T</title><desc>words</desc>", b'fill="#123456"', b"a &lt; b", b'width="36"'):
        assert word in svg, word
