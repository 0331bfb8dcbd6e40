"""Which lines are in one passage, and what stands in front of it; every letter is a piece here."""

from retrieval.lines import Line
from retrieval.packing import Counted, Packer

LIMIT = 60


def packed(*found: Line, title: str = "t", limit: int = LIMIT, characters: int = 1_000) -> list[tuple[str, str]]:
    packer = Packer(title, len(title), limit, characters)
    return list(packer.packed(Counted(line, len(line.text), len(line.lead)) for line in found))


def heading(text: str) -> Line:
    return Line(text, heading=True)


def row(text: str, lead: str = "") -> Line:
    return Line(text, own_line=True, lead=lead)


def test_as_many_lines_as_fit_are_one_passage() -> None:
    assert packed(Line("a" * 20), Line("b" * 39), Line("c")) == [("t", "a" * 20 + " " + "b" * 39), ("t", "c")]
    assert packed(Line("a" * 20), Line("b" * 20), characters=30) == [("t", "a" * 20), ("t", "b" * 20)]


def test_a_heading_begins_a_passage_and_stands_in_front_of_all_of_its_section() -> None:
    found = packed(Line("a" * 20), heading("Hotels"), Line("b" * 40), Line("c" * 40))
    assert found == [("t", "a" * 20), ("t \u203a Hotels", "b" * 40), ("t \u203a Hotels", "c" * 40)]
    assert packed(heading("Hotels"), Line("b"), title="") == [("Hotels", "b")]


def test_a_section_of_little_begins_the_passage_of_the_next() -> None:
    found = packed(heading("Small"), Line("a" * 5), heading("Hotels"), Line("b" * 30), Line("c" * 40))
    assert found == [("t \u203a Hotels", "Small\naaaaa " + "b" * 30), ("t \u203a Hotels", "c" * 40)]
    assert packed(Line("a"), heading("B"), Line("b"), heading("C"), Line("c")) == [("t \u203a C", "a\nB\nb c")]


def test_the_end_of_a_section_does_not_begin_the_next() -> None:
    found = packed(heading("Hotels"), Line("a" * 45), Line("b" * 9), heading("Trains"), Line("c" * 40))
    assert found == [("t \u203a Hotels", "a" * 45), ("t \u203a Hotels", "b" * 9), ("t \u203a Trains", "c" * 40)]


def test_what_stands_in_front_leaves_room() -> None:
    front = heading("h" * 10)
    assert packed(front, Line("a" * 46)) == [("t \u203a hhhhhhhhhh", "a" * 46)]
    assert packed(front, Line("a" * 30), Line("b" * 17)) == [
        ("t \u203a hhhhhhhhhh", "a" * 30),
        ("t \u203a hhhhhhhhhh", "b" * 17),
    ]


def test_a_heading_with_nothing_below_it_is_text() -> None:
    assert packed(heading("Travel"), heading("Hotels"), Line("b")) == [("t \u203a Hotels", "Travel\nb")]
    assert packed(Line("a" * 20), heading("Last")) == [("t", "a" * 20), ("t \u203a Last", "")]
    assert packed(heading("One"), heading("Two")) == [("t \u203a Two", "One")]


def test_the_header_of_a_table_is_said_again_where_a_passage_begins_with_its_rows() -> None:
    rows = [row("head"), *(row(f"row {n:<20}|", "head") for n in range(4))]
    found = packed(*rows)
    assert [text.split("\n")[0] for _, text in found] == ["head"] * len(found)
    assert len(found) > 1
    assert packed(row("x" * 50), row("y" * 50, "z" * 40)) == [("t", "x" * 50), ("t", "y" * 50)], (
        "not if it leaves no room"
    )


def test_rows_and_code_stand_on_lines_of_their_own() -> None:
    assert packed(Line("a."), Line("b."), row("c"), row("d"), Line("e.")) == [("t", "a. b.\nc\nd\ne.")]
