"""Actions: the table that is built in, what people add to it, and what nobody knows."""

import pytest

from gateway.ubi.actions import Meaning, meaning


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("click", "opened"), ("view", "opened"), ("watch", "opened"), ("add_to_cart", "opened"), ("purchase", "opened"),
        ("impression", "shown"), ("thumbs_up", "liked"), ("thumbs-down", "disliked"), ("Citation Click", "cited"),
        ("CLICK ", "opened"), ("hover", None), ("", None),
    ],
)  # fmt: skip
def test_the_table(action: str, expected: Meaning | None) -> None:
    assert meaning(action, {}) == expected


def test_people_s_own_names_stand_above_it() -> None:
    own: dict[str, Meaning] = {"open_pdf": "opened", "view": "ignored", "Read More": "opened"}
    assert meaning("open_pdf", own) == "opened"
    assert meaning("Open-PDF", own) == "opened"
    assert meaning("Read More", own) == "opened"
    assert meaning("view", own) == "ignored"
    assert meaning("click", own) == "opened"
