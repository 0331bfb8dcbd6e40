"""Objects of `entities.xml`, whatever their number, and what is wrong with the file."""

from io import BytesIO

import pytest

from connectors.confluence.entities import BrokenXml, Entity, entities
from tests.connectors.confluence.exports import entities as exported
from tests.connectors.confluence.exports import page, restriction


def test_fields_references_and_lists_are_told_apart() -> None:
    found = list(
        entities(BytesIO(exported(page(7, "A & B", '<property name="position"/>') + restriction(700, 7, group="hr"))))
    )
    assert [(each.kind, each.id) for each in found] == [
        ("Page", "7"), ("ContentPermissionSet", "700"), ("ContentPermission", "701"),
    ]  # fmt: skip
    assert found[0].fields["title"] == "A & B"
    assert found[0].refers == {"space": "900", "creator": "k-ana"}
    assert found[1].lists == {"contentPermissions": ("701",)}
    assert "position" not in found[0].fields


def test_bytes_that_xml_forbids_are_spaces() -> None:
    (found,) = entities(BytesIO(exported(page(7, "bell \x07 and \x0b tab"))))
    assert found.fields["title"] == "bell   and   tab"


def test_what_stands_before_the_damage_is_read() -> None:
    broken = exported(page(1, "one") + page(2, "two"))[:-300]
    found = list[Entity]()
    with pytest.raises(BrokenXml, match="what stands after it was not read"):
        found.extend(entities(BytesIO(broken)))
    assert [each.id for each in found] == ["1"]


def test_entities_of_its_own_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><hibernate-generic>&lol;</hibernate-generic>'
    with pytest.raises(BrokenXml, match="document type"):
        list(entities(BytesIO(bomb)))
