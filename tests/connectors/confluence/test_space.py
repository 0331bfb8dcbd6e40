"""Who may see a page: those whom every restriction on its way allows, and never more."""

from io import BytesIO

import pytest

from connectors.confluence.entities import entities
from connectors.confluence.space import Space, lists
from schemas.documents import EVERYONE
from tests.connectors.confluence.exports import (
    CURRENT,
    OBJECTS,
    SPACE,
    VIEWERS,
    below,
    older_than,
    page,
    restriction,
    status,
)
from tests.connectors.confluence.exports import entities as exported


def space(objects: str = OBJECTS) -> Space:
    found = Space("wiki")
    for entity in entities(BytesIO(exported(objects))):
        found.take(entity)
    return found


def test_pages_are_the_current_ones_alone() -> None:
    found = space()
    assert sorted(found.pages) == ["100", "101", "102", "103"]
    assert found.older == {"90", "91"}
    assert found.by_title()["HB", "Leave"] == "102"
    assert found.person(found.pages["101"], "creator", "creatorName") == "ana"


def test_without_any_list_nobody_sees_a_page_and_a_stated_list_sees_the_unrestricted() -> None:
    assert lists(space(), ())["101"] == ()
    assert lists(space(), ("all-staff",))["101"] == ("all-staff",)


def test_those_who_may_view_the_space_are_a_list() -> None:
    assert lists(space(VIEWERS + OBJECTS), ())["101"] == ("staff",)
    assert lists(space(VIEWERS + OBJECTS), ("all-staff",))["101"] == ("all-staff",)


@pytest.mark.parametrize("stated", [(), ("staff",), (EVERYONE,)])
def test_a_restriction_holds_whatever_is_stated_and_editing_is_none(stated: tuple[str, ...]) -> None:
    assert lists(space(), stated)["102"] == ("hr",)


def test_a_page_below_is_restricted_too_and_two_lists_with_no_name_in_common_leave_nobody() -> None:
    below_hr = SPACE + page(1, "a", CURRENT) + page(2, "b", CURRENT, below(1)) + restriction(700, 1, group="hr")
    assert lists(space(below_hr), ("staff",))["2"] == ("hr",)
    assert lists(space(), ("staff",))["103"] == ()
    both = below_hr + restriction(800, 2, group="hr")
    assert lists(space(both), ("staff",))["2"] == ("hr",)


@pytest.mark.parametrize(
    "above",
    [
        page(1, "a", status("archived")), page(1, "a", status("draft")),
        page(1, "a", status("deleted")), page(1, "a", kind="Folder"),
        page(1, "a", CURRENT, kind="Whiteboard"),
    ],
    ids=["archived", "draft", "deleted", "folder", "whiteboard"],
)  # fmt: skip
def test_a_restriction_of_what_is_no_current_page_holds_below_it(above: str) -> None:
    child = page(2, "b", CURRENT, below(1)) + page(3, "c", CURRENT, below(2))
    found = space(SPACE + above + child + restriction(700, 1, group="hr"))
    assert lists(found, (EVERYONE,)) == {"2": ("hr",), "3": ("hr",)}
    assert lists(space(SPACE + above + child), ("staff",)) == {"2": ("staff",), "3": ("staff",)}


def test_a_restriction_is_found_through_a_folder_and_from_another_version_of_a_page() -> None:
    folder = page(1, "a", CURRENT) + page(2, "b", below(1), kind="Folder") + page(3, "c", CURRENT, below(2))
    assert lists(space(SPACE + folder + restriction(700, 1, group="hr")), (EVERYONE,))["3"] == ("hr",)
    version = page(1, "a", CURRENT) + page(2, "a", CURRENT, older_than(1)) + page(3, "c", CURRENT, below(2))
    assert lists(space(SPACE + version + restriction(700, 1, group="hr")), (EVERYONE,))["3"] == ("hr",)


def test_nobody_sees_what_stands_below_a_page_that_the_export_does_not_have() -> None:
    found = space(SPACE + page(2, "b", CURRENT, below(1)) + page(3, "c", CURRENT, below(2)))
    assert lists(found, (EVERYONE,)) == {"2": (), "3": ()}
    assert found.is_cut_off(found.pages["3"])


def test_a_person_is_a_group_of_one_and_a_group_called_everyone_is_not_ours() -> None:
    assert lists(space(SPACE + page(1, "a", CURRENT) + restriction(700, 1, user="k-ana")), ())["1"] == ("user:ana",)
    found = lists(space(SPACE + page(1, "a", CURRENT) + restriction(700, 1, group=EVERYONE)), ())
    assert found["1"] == (f"wiki:{EVERYONE}",)


def test_a_restriction_of_nobody_that_is_known_leaves_nobody() -> None:
    nobody = SPACE + page(1, "a", CURRENT) + restriction(700, 1)
    assert lists(space(nobody), ("staff",))["1"] == ()


def test_pages_that_stand_above_each_other_end() -> None:
    circle = SPACE + page(1, "a", CURRENT, below(2)) + page(2, "b", CURRENT, below(1)) + restriction(700, 1, group="hr")
    assert lists(space(circle), ("staff",)) == {"1": ("hr",), "2": ("hr",)}
