import pytest

from demo.headings import clean, headings, repeats_name
from demo.operations import read_service


@pytest.mark.parametrize(
    ("heading", "need"),
    [
        ("Example 1: To launch an instance into a default subnet", "To launch an instance into a default subnet"),
        ("To list keys in ``my-table``::", "To list keys in my-table"),
        ("Example 12 - To see `rules <https://x.y>`__ of *all*", "To see rules of all"),
        ("To copy an item.", "To copy an item"),
    ],
)
def test_headings_lose_number_and_markup(heading: str, need: str) -> None:
    assert clean(heading) == need


@pytest.mark.parametrize(
    ("heading", "operation", "repeats"),
    [
        ("To create a role", "CreateRole", True),
        ("To create an IAM role", "CreateRole", True),
        ("To list the roles", "ListRoles", True),
        ("To create a role with a permissions boundary", "CreateRole", False),
        ("To launch an instance", "RunInstances", False),
    ],
)
def test_repeating_the_name_is_noticed(heading: str, operation: str, repeats: bool) -> None:
    assert repeats_name(heading, operation, "IAM") is repeats


def test_headings_belong_to_the_operation_of_their_file() -> None:
    found = headings("ec2", read_service("ec2"))
    assert "To launch an instance into a default subnet" in found["RunInstances"]
    assert not any(text.lower().startswith(("output", "note")) for texts in found.values() for text in texts)


def test_services_that_the_command_line_calls_otherwise_are_found() -> None:
    assert headings("s3", read_service("s3"))
