"""Slack's markup as people see it."""

import pytest

from connectors.slack.mrkdwn import links_of, text_of
from connectors.slack.people import people
from tests.connectors.slack.exports import USERS


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("ask <@U01ANA> or <@U09X|zoe>", "ask @ana or @zoe"),
        ("in <#C01HELP|it-help> and <#C7>", "in #it-help and #C7"),
        ("<!here> <!subteam^S1|@admins> <!subteam^S1>", "@here @admins @subteam"),
        ("<https://a.example/x?a=1&amp;b=2|the page>, <https://a.example>", "the page, https://a.example"),
        ("<mailto:a@b.example>", "a@b.example"),
        ("if a &lt; b &amp;&amp; c &gt; d: &amp;lt;", "if a < b && c > d: &lt;"),
    ],
)
def test_what_people_see(markup: str, text: str) -> None:
    assert text_of(markup, people(USERS, "email")) == text


def test_links_to_messages_are_found() -> None:
    markup = (
        "see <https://acme.slack.com/archives/C01HELP/p1793610000000100?thread_ts=1.2&amp;cid=C01HELP|this> <https://x>"
    )
    assert links_of(markup) == [("C01HELP", "1793610000.000100", "this")]
