"""Sentences of prose and lines of programs."""

from retrieval.lines import Line, code, one_line, sentences


def test_sentences_end_with_their_signs_and_with_their_lines() -> None:
    assert list(sentences("One  two. Three!\nfour\n\n\u200b\n\u6771\u4eac\u3002\u4eac")) == [
        Line("One two."), Line("Three!"), Line("four"), Line("\u6771\u4eac\u3002"), Line("\u4eac"),
    ]  # fmt: skip


def test_lines_of_a_program_are_not_cut_into_sentences() -> None:
    assert list(code("a = 1. + 2\n\n  b()")) == [Line("a = 1. + 2", own_line=True), Line("b()", own_line=True)]


def test_white_space_is_one_space() -> None:
    assert one_line(" a\n\tb  c ") == "a b c"
