"""The last fate of every path, from the fields that git writes."""

from datetime import UTC, datetime

from connectors.pages.history import Fate, authors, fates, gone


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def test_the_last_fate_counts_and_a_rename_is_one_of_both_paths() -> None:
    fields = ["\x01100", "\nA", "a.md", "A", "b.md", "A", "c.md", "\x01200", "\nR100", "a.md", "d.md", "M", "b.md",
              "\x01300", "\nD", "c.md", "R090", "d.md", "e.md", ""]  # fmt: skip
    assert fates(fields) == {
        "a.md": Fate(at(200), False, "d.md"), "b.md": Fate(at(200), True), "c.md": Fate(at(300), False),
        "d.md": Fate(at(300), False, "e.md"), "e.md": Fate(at(300), True),
    }  # fmt: skip


def test_a_commit_of_a_time_that_no_date_can_say_ends_nothing() -> None:
    found = fates(["\x01999999999999999", "\nA", "a.md", "\x01200", "\nA", "b.md"])
    assert (found["a.md"].at.year, found["b.md"].at) == (9999, at(200))


def test_a_path_that_is_used_again_is_there() -> None:
    found = fates(["\x01100", "\nA", "a.md", "\x01200", "\nR100", "a.md", "b.md", "\x01300", "\nA", "a.md"])
    assert found["a.md"] == Fate(at(300), True)
    assert not list(gone(found))


def test_what_is_gone_comes_in_the_order_in_which_it_went() -> None:
    found = {"x": Fate(at(3), False), "y": Fate(at(1), False, "z"), "z": Fate(at(1), True)}
    assert [path for path, _ in gone(found)] == ["y", "x"]


def test_the_newest_author_of_a_path_counts_by_address_else_by_name() -> None:
    fields = ["\x01ben@acme.example\x01Ben", "\nb.md", "\x01\x01Ana", "\na.md", "b.md", ""]
    assert authors(fields) == {"b.md": "ben@acme.example", "a.md": "Ana"}
