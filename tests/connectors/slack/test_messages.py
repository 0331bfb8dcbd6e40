"""One message as a document with its thread, and the reactions on it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.items import Document, Fault, Happened, Item, LeftOut, Removed
from connectors.slack.messages import Channel, items
from connectors.slack.people import people
from tests.connectors.slack.exports import ANSWERED, ASKED, DEPLOYED, JOINED, TAKEN_BACK, USERS

HELP = Channel("C01HELP", "it-help", ("staff",), "slack/")
PEOPLE = people(USERS, "email")


def read(message: object, bots: bool = False) -> list[Item]:
    return list(items(message, HELP, PEOPLE, "day, message 1", bots))


def test_a_message_is_a_document_of_its_thread_and_channel() -> None:
    (found,) = read(ASKED)
    assert isinstance(found, Document)
    assert (found.document, found.kind, found.channel, found.thread, found.author) == (
        "slack/C01HELP/1793610000.000100", "message", "it-help", "slack/C01HELP/1793610000.000100", "U02BEN",
    )  # fmt: skip
    assert found.body == "How do I get on the guest Wi-Fi? I read the page & asked @ana in #it-help"


def test_an_edited_answer_is_as_new_as_its_edit_and_stands_where_it_was_written() -> None:
    found, reaction = read(ANSWERED)
    assert isinstance(found, Document)
    assert found.written == datetime(2026, 11, 2, 9, 1, 0, 200, tzinfo=UTC)
    assert found.changed == datetime(2026, 11, 2, 9, 1, 30, tzinfo=UTC)
    assert found.body.endswith("\nVoucher form")
    assert found.links == (("slack/C01HELP/1793610000.000100", ""),)
    assert found.thread == "slack/C01HELP/1793610000.000100"
    assert isinstance(reaction, Happened)
    assert reaction.fields["user"] == "U02BEN"
    assert (reaction.fields["reaction"], reaction.fields["target"]["document"]) == ("white_check_mark", found.document)


def test_what_nobody_wrote_is_left_out_and_what_was_taken_back_is_removed() -> None:
    assert read(JOINED) == [LeftOut("notices (channel_join)")]
    assert read(DEPLOYED) == [LeftOut("messages of programs")]
    assert read({**ASKED, "user": "U03BOT"}) == [LeftOut("messages of programs")]
    assert isinstance(read(DEPLOYED, bots=True)[0], Document)
    (gone,) = read(TAKEN_BACK)
    assert isinstance(gone, Removed)
    assert gone.final


@pytest.mark.parametrize("message", [None, [], {}, {"ts": 5}, {"ts": "soon", "text": "x"}])
def test_what_has_no_time_is_named(message: object) -> None:
    assert [type(found) for found in read(message)] == [Fault]


@pytest.mark.parametrize(
    "odd", [{"reactions": [None, {"name": "x"}, {"users": ["U1"]}]}, {"files": ["f"]}, {"edited": None}]
)
def test_odd_details_lose_nothing_else(odd: dict[str, Any]) -> None:
    assert [type(found) for found in read({**ASKED, **odd})] == [Document]
