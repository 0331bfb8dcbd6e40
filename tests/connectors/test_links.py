"""Links with the words that carry them, and the page of a tree that each leads to."""

import pytest

from connectors.links import Tree, of_html, of_markdown

MARKDOWN = """
See [the **leave** policy](leave.md "Leave"), [benefits](<../hr/pay and more.md>) and ![no link](picture.png).
[![A badge](b.svg) Travel](travel.md#cards) or [travel cards][cards], also [[Wiki Page|in the wiki]] and [[Plain]].
<a href="old.html">The <b>old</b> page</a>
`[not](code.md)`

```
[nor](fenced.md)
```

[cards]: /travel/cards.md
"""


def test_links_of_markdown_are_found_with_their_words_and_code_has_none() -> None:
    assert sorted(of_markdown(MARKDOWN)) == sorted(
        [
            ("leave.md", "the leave policy"), ("../hr/pay and more.md", "benefits"),
            ("travel.md#cards", "A badge Travel"),
            ("/travel/cards.md", "travel cards"), ("Wiki Page", "in the wiki"), ("Plain", "Plain"),
            ("old.html", "The old page"),
        ]
    )  # fmt: skip


def test_links_of_html_are_found() -> None:
    assert list(of_html('<p><a href="a.html">One\n two</a><a name="x">no</a></p>')) == [("a.html", "One two")]


TREE = Tree(
    ["index.md", "hr/leave.md", "hr/pay.md", "hr/index.md", "travel/README.md", "travel/Cards.md", "a/notes.md",
     "b/notes.md"],
    [("/time-off/", "hr/leave.md")],
)  # fmt: skip


@pytest.mark.parametrize(
    ("page", "target", "leads_to"),
    [
        ("hr/leave.md", "pay.md", "hr/pay.md"),
        ("hr/leave.md", "../travel/cards.md#lost", "travel/Cards.md"),
        ("hr/leave.md", "/travel/Cards", "travel/Cards.md"),
        ("hr/leave.md", "pay.html?x=1", "hr/pay.md"),
        ("hr/leave.md", "../travel/", "travel/README.md"),
        ("hr/leave.md", "../pay/", "hr/pay.md"),
        ("hr/leave.md", "/", "index.md"),
        ("travel/Cards.md", "/time-off", "hr/leave.md"),
        ("travel/Cards.md", "{{site.baseurl}}/time-off/", "hr/leave.md"),
        ("travel/Cards.md", "{{ site.baseurl }}/hr/pay", "hr/pay.md"),
        ("travel/Cards.md", "{% link hr/pay.md %}", "hr/pay.md"),
        ("travel/Cards.md", '{% page "/pay/#when" %}', "hr/pay.md"),
        ("hr/leave.md", "/cards", "travel/Cards.md"),
        ("hr/leave.md", "/notes", None),
        ("hr/leave.md", "Cards", "travel/Cards.md"),
        ("hr/leave.md", "notes", None),
        ("hr/leave.md", "leave.md", None),
        ("hr/leave.md", "#top", None),
        ("hr/leave.md", "https://hr/pay.md", None),
        ("hr/leave.md", "//host/hr/pay.md", None),
        ("hr/leave.md", "mailto:pay.md", None),
        ("hr/leave.md", "../../../etc/passwd", None),
    ],
)
def test_a_link_leads_to_the_page_that_people_would_reach(page: str, target: str, leads_to: str | None) -> None:
    assert TREE.leads_to(page, target) == leads_to
