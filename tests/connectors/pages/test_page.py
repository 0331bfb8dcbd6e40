"""Title, text, addresses and links of one page."""

import pytest

from connectors.pages.page import is_page, page

FRONT = """---
title: "Parental leave"
permalink: /time-off/
author: ana
redirect_from:
  - /leave
  - '/old/leave/'
---
# Another heading

Sixteen weeks, see [pay](pay.md).
"""


def test_front_matter_gives_title_author_and_addresses_and_is_no_text() -> None:
    found = page("hr/leave.md", FRONT)
    assert (found.title, found.author) == ("Parental leave", "ana")
    assert found.addresses == ("/time-off/", "/leave", "/old/leave/")
    assert found.body.startswith("# Another heading")
    assert found.links == (("pay.md", "pay"),)


def test_without_front_matter_the_heading_is_the_title_else_the_files_name() -> None:
    found = page("a.md", "Intro\n\n# Wi-Fi\n\ntext")
    assert (found.title, found.body) == ("Wi-Fi", "Intro\n\n# Wi-Fi\n\ntext")
    assert page("it/wifi-setup.md", "text").title == "wifi-setup"


@pytest.mark.parametrize(
    "title", ["title:\n  Leave for\n  parents", "title: >-\n  Leave for\n  parents", "title: 'Leave for parents'"]
)
def test_a_title_may_stand_on_several_lines(title: str) -> None:
    found = page("a.md", f"---\n{title}\nkeywords: leave\n---\ntext")
    assert (found.title, found.body) == ("Leave for parents", "text")


def test_html_keeps_its_text_and_gives_its_title() -> None:
    html = "<html><head><title> Guest\n Wi-Fi </title></head><body><h1>x</h1><a href='b.html'>there</a></body></html>"
    found = page("a.html", html)
    assert (found.title, found.body, found.links) == ("Guest Wi-Fi", html, (("b.html", "there"),))
    assert page("b.HTML", "<h1>Only <b>this</b></h1>").title == "Only this"


def test_pages_are_told_by_their_names() -> None:
    assert is_page("a/B.MD")
    assert is_page("x.htm")
    assert not is_page("a.md.txt")
    assert not is_page("md")
