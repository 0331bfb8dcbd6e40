"""An export read as a whole: private channels are seen by their members, and people's talks by nobody else."""

from collections import Counter
from pathlib import Path

import pytest

from connectors.items import Document, Fault, Item, LeftOut
from connectors.slack.export import Reading, groups, read
from stores.errors import Misconfigured
from tests.connectors.slack.exports import CHANNELS, DIRECT, FILES, GROUPS, zipped

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
