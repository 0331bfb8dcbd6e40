"""Nobody finds what nobody was named for, and no source can name our group of all people by chance."""

import pytest

from connectors.groups import named, person, stated
from schemas.documents import EVERYONE
from stores.errors import Misconfigured


def test_nothing_stated_and_private_are_the_empty_list() -> None:
    assert stated([]) == stated(["private"]) == ()


def test_stated_groups_keep_their_order_and_stand_once() -> None:
    assert stated(["staff", "hr", "staff"]) == ("staff", "hr")


def test_private_beside_a_group_is_refused() -> None:
    with pytest.raises(Misconfigured, match="nobody finds it"):
        stated(["private", "staff"])


def test_a_sources_group_of_that_name_is_not_everyone() -> None:
    assert named(EVERYONE, "wiki") == f"wiki:{EVERYONE}"
    assert named("hr", "wiki") == "hr"


def test_a_person_is_a_group_of_one() -> None:
    assert person("ana@acme.example") == "user:ana@acme.example"
