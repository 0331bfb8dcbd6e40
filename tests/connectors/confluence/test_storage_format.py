"""The storage format becomes HTML that the search reads as people see it."""

import pytest

from connectors.confluence.storage_format import PageLink, converted
from retrieval.markup import lines
from tests.connectors.confluence.exports import BODY


def test_text_code_and_links_stay_and_parameters_go() -> None:
    found = converted(BODY.replace("]]>", "]] >"))
    assert "<pre>nmcli connect --ask &lt;guest&gt;</pre>" in found.html
    assert "the leave policy" in found.html
    assert "bash" not in found.html
    assert found.links == [PageLink("Leave", "", "the leave policy")]
    assert [line.text for line in lines(found.html)] == [
        "Guest network", "Ask the front desk \u2013 or read the leave policy.", "nmcli connect --ask <guest>",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("storage", "html"),
    [
        ('<ac:link><ri:page ri:content-title="A &amp; B" ri:space-key="X"/></ac:link>', "A &amp; B"),
        ('<ac:link><ri:user ri:userkey="k"/></ac:link>!', "!"),
        ("<ac:task><ac:task-id>1</ac:task-id><ac:task-body>Do it</ac:task-body></ac:task>", "Do it"),
        ('<ac:macro ac:name="info"><ac:rich-text-body><p>Mind</p></ac:rich-text-body></ac:macro>', "<p>Mind</p>"),
        ('<ac:image ac:alt="A map"><ri:attachment ri:filename="m.png"/></ac:image>', "A map"),
        ('<p onclick="y()">a<br/>b <a href="u?a=1&amp;b=2">c</a></p>', '<p>a<br>b <a href="u?a=1&amp;b=2">c</a></p>'),
        ("a &nbsp;&amp; b", "a \xa0&amp; b"),
    ],
)  # fmt: skip
def test_each_element_as_people_see_it(storage: str, html: str) -> None:
    assert converted(storage).html == html


def test_what_is_no_xml_keeps_its_text() -> None:
    found = converted('<p>one<ac:link><ri:page ri:content-title="x"><b>two</p> & three')
    assert "ac:" not in found.html
    assert all(word in found.html for word in ("one", "two", "three"))


def test_depth_and_entities_of_its_own_harm_nobody() -> None:
    assert converted("<b>" * 50_000 + "x" + "</b>" * 50_000).html.count("<b>") == 50_000
    assert "x" in converted("x &unknown; y").html
