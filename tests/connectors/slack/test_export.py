"""An export read as a whole: private channels are seen by their members, and people's talks by nobody else."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.items import Document, Fault, Item, LeftOut
from connectors.planning import Planner
from connectors.sent_file import read as remembered
from connectors.slack.export import Reading, groups, read
from stores.errors import Misconfigured
from tests.connectors.slack.exports import CHANNELS, DIRECT, FILES, GROUPS, USERS, zipped

READING = Reading("slack", ("staff",))


def bodies(items: list[Item]) -> dict[str, tuple[str, ...]]:
    return {item.body.split(",")[0][:20]: item.acl for item in items if isinstance(item, Document)}


def test_public_and_private_channels_have_their_lists(tmp_path: Path) -> None:
    items = list(read(zipped(tmp_path / "x.zip"), READING))
    assert bodies(items) == {
        "How do I get on the ": ("staff",), "Ask the front desk f": ("staff",),
        "Salaries go out on F": ("slack:G01PAY",),
    }  # fmt: skip
    assert Counter(item.what for item in items if isinstance(item, LeftOut)) == {
        "notices (channel_join)": 1, "messages of programs": 1, "days of direct messages": 1,
    }  # fmt: skip


def test_without_a_stated_list_public_channels_are_private(tmp_path: Path) -> None:
    assert bodies(list(read(zipped(tmp_path / "x.zip"), Reading("slack", ()))))["How do I get on the "] == ()


def test_direct_messages_are_read_on_demand_for_those_who_wrote_them(tmp_path: Path) -> None:
    direct = Reading("slack", ("staff",), direct=True)
    path = zipped(tmp_path / "x.zip")
    assert bodies(list(read(path, direct)))["Lunch?"] == ("slack:D01AB",)
    assert groups(path, direct) == {"slack:G01PAY": ["ana@acme.example"], "slack:D01AB": ["U02BEN", "ana@acme.example"]}
    assert list(groups(path, READING)) == ["slack:G01PAY"]


def test_slackdumps_form_is_the_same_with_folders_by_id_and_attachments(tmp_path: Path) -> None:
    files = {
        **FILES,
        "G01PAY/2026-11-02.json": FILES["payroll/2026-11-02.json"],
        "it-help/attachments/F1-voucher.pdf": b"%PDF",
    }
    del files["payroll/2026-11-02.json"]
    items = list(read(zipped(tmp_path / "x.zip", files, top="export/"), READING))
    assert bodies(items)["Salaries go out on F"] == ("slack:G01PAY",)
    assert not [item for item in items if isinstance(item, Fault)]


def test_a_private_channel_that_is_listed_among_the_public_ones_is_private_all_the_same(tmp_path: Path) -> None:
    files = {**FILES, "channels.json": [*CHANNELS, {**GROUPS[0], "is_private": True}], "groups.json": []}
    assert bodies(list(read(zipped(tmp_path / "x.zip", files), READING)))["Salaries go out on F"] == ("slack:G01PAY",)


def test_the_members_of_every_private_channel_are_known_whichever_file_lists_it(tmp_path: Path) -> None:
    among_the_public = {**FILES, "channels.json": [*CHANNELS, {**GROUPS[0], "is_private": True}], "groups.json": []}
    assert groups(zipped(tmp_path / "a.zip", among_the_public), READING) == {"slack:G01PAY": ["ana@acme.example"]}
    twice = {**FILES, "channels.json": [*CHANNELS, *GROUPS]}
    path = zipped(tmp_path / "b.zip", twice)
    assert groups(path, READING) == {"slack:G01PAY": ["ana@acme.example"]}
    assert [item.acl for item in read(path, READING) if isinstance(item, Document) and "Salaries" in item.body] == [
        ("slack:G01PAY",)
    ]


@pytest.mark.parametrize("mark", ["is_im", "is_mpim", "is_group"])
def test_talks_that_are_listed_among_the_public_channels_are_private_all_the_same(tmp_path: Path, mark: str) -> None:
    files = {**FILES, "channels.json": [*CHANNELS, {**GROUPS[0], mark: True}], "groups.json": []}
    assert bodies(list(read(zipped(tmp_path / "x.zip", files), READING)))["Salaries go out on F"] == ("slack:G01PAY",)


DAY = 1_793_577_600
Sending = tuple[str, str, tuple[str, ...]]


class Exports:
    """Exports of one channel, read one after another; `lines` is what is remembered."""

    def __init__(self, path: Path) -> None:
        self.path, self.lines = path, list[str]()
        self.left_out = Counter[str]()

    def take(self, private: bool, *messages: dict[str, Any]) -> list[Sending]:
        """What is sent for an export with these messages, which says that the channel is private or public."""
        listed = {"groups.json" if private else "channels.json": [{"id": "C1", "name": "deals", "members": ["U01ANA"]}]}
        files = {"users.json": USERS, **listed, "deals/2026-11-02.json": list(messages)}
        sent = remembered(self.lines)
        planner = Planner("acme", "slack", sent, datetime(2026, 11, 27, tzinfo=UTC))
        items = read(zipped(self.path, files), Reading("slack", ("everyone",), sent=sent))
        planned = [found for item in items if (found := planner.take(item))]
        self.lines += [each.line for each in planned]
        self.left_out = planner.left_out
        events = (each.event for each in planned if each.event)
        return [(each["type"][8:], each["document"][-6:], tuple(each.get("acl", ()))) for each in events]


def said(second: int, text: str, edited: int = 0) -> dict[str, Any]:
    when = {"edited": {"user": "U01ANA", "ts": f"{DAY + edited}.000000"}} if edited else {}
    return {"type": "message", "user": "U01ANA", "ts": f"{DAY + second}.{second:06}", "text": text, **when}


def taken_back(second: int) -> dict[str, Any]:
    return {"type": "message", "subtype": "tombstone", "ts": f"{DAY + second}.{second:06}"}


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "x.zip")


OPEN, CLOSED = ("everyone",), ("slack:C1",)


def test_when_a_channel_becomes_private_its_messages_are_closed_or_go(exports: Exports) -> None:
    exports.take(False, said(1, "January"), said(2, "February"))
    assert exports.take(True, said(2, "February"), said(3, "March")) == [
        ("Upserted", "000002", CLOSED), ("Upserted", "000003", CLOSED), ("Deleted", "000001", ()),
    ]  # fmt: skip
    assert exports.take(True, said(4, "April")) == [("Upserted", "000004", CLOSED)]


def test_a_channel_that_became_private_is_closed_without_a_new_message_too(exports: Exports) -> None:
    exports.take(False, said(1, "January"))
    assert exports.take(True) == [("Deleted", "000001", ())]
    assert exports.take(False, said(1, "January"), said(2, "more")) == [
        ("Upserted", "000001", CLOSED), ("Upserted", "000002", CLOSED),
    ]  # fmt: skip


def test_an_older_export_opens_no_channel_and_its_members_are_known(exports: Exports) -> None:
    exports.take(True, said(2, "February"))
    assert exports.take(False, said(1, "January"), said(2, "February")) == [("Upserted", "000001", CLOSED)]
    reading = Reading("slack", ("everyone",), sent=remembered(exports.lines))
    assert groups(exports.path, reading) == {"slack:C1": ["ana@acme.example"]}


def test_an_older_export_brings_back_no_former_text_and_no_message_that_was_taken_back(exports: Exports) -> None:
    former = said(1, "secret"), said(2, "typo"), said(3, "secret", edited=4)
    exports.take(False, *former)
    assert exports.take(False, taken_back(1), said(2, "right", edited=9), taken_back(3)) == [
        ("Deleted", "000001", ()), ("Upserted", "000002", OPEN), ("Deleted", "000003", ()),
    ]  # fmt: skip
    assert exports.take(False, *former) == []
    assert exports.left_out == {"older than what was sent": 3}
    assert exports.take(True, *former) == [("Upserted", "000002", CLOSED)]


def test_a_message_that_was_taken_back_after_its_channel_was_closed_never_comes_back(exports: Exports) -> None:
    exports.take(False, said(1, "January"))
    assert exports.take(True) == [("Deleted", "000001", ())]
    assert exports.take(True, taken_back(1)) == []
    assert exports.take(True, said(1, "January")) == []


def test_messages_that_an_earlier_version_sent_count_as_open_until_they_are_read_again(exports: Exports) -> None:
    exports.take(True, said(1, "January"), said(2, "February"))
    exports.lines = ["\t".join(line.split("\t")[:4]) + "\n" for line in exports.lines]
    assert exports.take(True, said(2, "February")) == [("Deleted", "000001", ())]
    assert exports.take(True, said(3, "March")) == [("Upserted", "000003", CLOSED)]


def test_a_damaged_day_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    files = {**FILES, "it-help/2026-11-03.json": b'[{"ts": "1793', "it-help/2026-11-04.json": None}
    items = list(read(zipped(tmp_path / "x.zip", files), READING))
    assert [item.where for item in items if isinstance(item, Fault)] == ["it-help/2026-11-03.json"]
    assert len(bodies(items)) == 3


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"no users\.json"):
        list(read(zipped(tmp_path / "a.zip", {"x.json": []}), READING))
    with pytest.raises(Misconfigured, match="is it an export of Slack"):
        list(read(zipped(tmp_path / "b.zip", {"users.json": [], "dms.json": DIRECT}), READING))
