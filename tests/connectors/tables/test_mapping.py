"""A mapping is checked before a row is read, and a wrong one says what is right."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.tables.mapping import fields, load, parsed
from stores.errors import Misconfigured


def test_a_field_may_have_one_column_or_several(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[columns]\ndocument = "id"\nbody = ["summary", "text"]\n[values]\nkind = "ticket"\n')
    found = load(path)
    assert (found.type, found.sources("document"), found.sources("body"), found.sources("title")) == (
        "DocumentUpserted", ("id",), ("summary", "text"), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"columns": {"titel": "x"}}, "'titel' is no field of DocumentUpserted, the nearest known name is 'title'"),
        ({"type": "DocumentOpend", "columns": {}}, "nearest known name is 'DocumentOpened'"),
        ({"type": "CutoverApproved", "columns": {}}, "is no event that is sent"),
        ({"columns": {"tenant": "x"}}, "'tenant' is no field"),
        ({"columns": {"document": 7}}, "columns.document"),
        ({"colums": {}}, "columns: Field required"),
        ({"columns": {}, "values": {"updated_at": "soon"}}, "values: updated_at: 'soon' is none"),
        ({"columns": {}, "values": {"version": 1.5}}, "values: version: '1.5' is none"),
    ],
)
def test_a_wrong_mapping_says_what_is_right(said: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=r"m\.toml: ") as raised:
        parsed(said, "m.toml")
    assert words in str(raised.value)


def test_values_are_read_as_cells_are() -> None:
    stated = {"acl": "staff; hr", "updated_at": date(2026, 11, 2), "version": "3", "deleted": "no", "kind": "ticket"}
    assert parsed({"columns": {}, "values": stated}, "m.toml").values == {
        "acl": ["staff", "hr"], "updated_at": datetime(2026, 11, 2, tzinfo=UTC), "version": 3, "deleted": False,
        "kind": "ticket",
    }  # fmt: skip
    assert parsed({"columns": {}, "values": {"acl": ["a;b", "c"]}}, "m.toml").values == {"acl": ["a;b", "c"]}
    bars = {"columns": {}, "values": {"acl": "a|b"}, "lists": {"separator": "|"}}
    assert parsed(bars, "m.toml").values == {"acl": ["a", "b"]}


def test_a_missing_or_broken_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("[columns\n")
    with pytest.raises(Misconfigured, match="no TOML"):
        load(tmp_path / "m.toml")
    with pytest.raises(Misconfigured, match="No such file"):
        load(tmp_path / "none.toml")


def test_fields_are_those_of_the_event_without_what_we_make_ourselves() -> None:
    assert {"document", "title", "acl", "deleted", "version"} <= set(fields("DocumentUpserted"))
    assert {"from_search.query", "dwell_seconds", "event_id"} <= set(fields("DocumentOpened"))
    assert not {"tenant", "type", "app"} & set(fields("DocumentUpserted"))
