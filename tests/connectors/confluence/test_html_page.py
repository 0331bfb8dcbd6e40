"""One page of an HTML export."""

from datetime import UTC, datetime

import pytest

from connectors.confluence.html_page import html_page, number_of
from tests.connectors.confluence.exports import PAGES, WIFI


def test_a_page_has_its_own_words_its_parent_and_who_changed_it_when() -> None:
    found = html_page(WIFI)
    assert found is not None
    assert (found.title, found.parent, found.author) == ("Wi-Fi", "100", "Ben Ode")
    assert found.changed == datetime(2026, 11, 2, tzinfo=UTC)
    assert "front desk" in found.body
    assert "Attachments" not in found.body
    assert found.links[0] == ("Leave_102.html", "the leave policy")


def test_a_date_in_another_language_is_not_guessed() -> None:
    found = html_page(PAGES["HB/102.html"])
    assert found is not None
    assert found.changed is None
    home = html_page(PAGES["HB/Home_100.html"])
    assert home is not None
    assert (home.changed, home.parent) == (datetime(2026, 10, 1, tzinfo=UTC), None)


def test_the_index_is_no_page() -> None:
    assert html_page(PAGES["HB/index.html"]) is None


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("Leave_102.html", "102"), ("102.html#x", "102"), ("HB/Sick-leave_1_02.html", "02"), ("index.html", None),
        ("https://wiki.example/pages/viewpage.action?pageId=77", "77"), ("/wiki/spaces/HB/pages/88/Leave", "88"),
        ("https://elsewhere.example/a_5.html", None), ("leave.html", None), ("//elsewhere.example/a_5.html", None),
        ("https://elsewhere.example/pages/5", None),
    ],
)  # fmt: skip
def test_a_page_is_known_by_its_number(address: str, number: str | None) -> None:
    assert number_of(address) == number
