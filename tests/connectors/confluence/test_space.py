"""Who may see a page: those whom every restriction on its way allows, and never more."""

from io import BytesIO

import pytest

from connectors.confluence.entities import entities
from connectors.confluence.space import Space, lists
from schemas.documents import EVERYONE
from tests.connectors.confluence.exports import CURRENT, OBJECTS, SPACE, VIEWERS, below, page, restriction
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
