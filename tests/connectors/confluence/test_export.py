"""Exports as a whole: both forms give the same pages under the same ids."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.confluence.export import Reading, read
from connectors.items import Document, Fault, Item, LeftOut
from stores.errors import Misconfigured
from tests.connectors.confluence.exports import CURRENT, PAGES, SPACE, below, entities, page, zipped

READING = Reading("wiki", ("staff",))


def documents(items: list[Item]) -> dict[str, Document]:
    return {item.document: item for item in items if isinstance(item, Document)}


def test_xml_gives_texts_links_authors_and_lists(tmp_path: Path) -> None:
    items = list(
        read(zipped(tmp_path / "x.zip", {"entities.xml": entities(), "exportDescriptor.properties": ""}), READING)
    )
    found = documents(items)
    assert {name: (each.title, each.acl) for name, each in found.items()} == {
        "wiki/100": ("Home", ("staff",)), "wiki/101": ("Wi-Fi", ("staff",)), "wiki/102": ("Leave", ("hr",)),
        "wiki/103": ("Salaries", ()),
    }  # fmt: skip
    wifi = found["wiki/101"]
    assert wifi.links == (("wiki/102", "the leave policy"), ("wiki/100", ""))
    assert (wifi.author, wifi.changed) == ("ana", datetime(2026, 11, 2, 9, tzinfo=UTC))
    assert "front desk" in wifi.body
    assert found["wiki/102"].body == "<p>Sixteen weeks</p>"
    assert [item for item in items if isinstance(item, LeftOut)] == [LeftOut("older versions and drafts")] * 2


def test_html_gives_the_same_pages_for_the_stated_list(tmp_path: Path) -> None:
    items = list(read(zipped(tmp_path / "x.zip", PAGES), READING))
    found = documents(items)
    assert {name: (each.title, each.acl) for name, each in found.items()} == {
        "wiki/100": ("Home", ("staff",)), "wiki/101": ("Wi-Fi", ("staff",)), "wiki/102": ("Leave", ("staff",)),
    }  # fmt: skip
    assert found["wiki/101"].links == (("wiki/102", "the leave policy"), ("wiki/100", ""))
    assert not [item for item in items if isinstance(item, Fault)]


def test_a_broken_file_is_named_and_no_page_then_counts_as_missing(tmp_path: Path) -> None:
    items = list(read(zipped(tmp_path / "x.zip", {"entities.xml": entities()[:-900]}), READING))
    assert [(item.where, item.document) for item in items if isinstance(item, Fault)] == [("entities.xml", None)]


def test_a_page_without_a_date_is_named(tmp_path: Path) -> None:
    undated = page(1, "a", CURRENT).replace("2026-1", "soon 1")
    items = list(read(zipped(tmp_path / "x.zip", {"entities.xml": entities(SPACE + undated)}), READING))
    assert [type(item) for item in items] == [Fault]


def test_a_page_below_what_the_export_does_not_have_is_sent_for_nobody_and_named(tmp_path: Path) -> None:
    items = list(
        read(zipped(tmp_path / "x.zip", {"entities.xml": entities(SPACE + page(2, "b", CURRENT, below(1)))}), READING)
    )
    assert documents(items)["wiki/2"].acl == ()
    assert [(item.document, "not in the export" in item.reason) for item in items if isinstance(item, Fault)] == [
        ("wiki/2", True)
    ]


def test_what_is_no_space_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is it a space export"):
        list(read(zipped(tmp_path / "x.zip", {"readme.txt": "x"}), READING))
