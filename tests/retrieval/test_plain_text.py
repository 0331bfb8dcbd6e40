"""Markdown as people read it, and what only looks like Markdown as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.plain_text import plain


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("## Days off", "Days off"),
        ("> # Quoted\n> **more**", "Quoted\nmore"),
        ("Ask **your lead**, *then* ***us***.", "Ask your lead, then us."),
        ("An _underlined phrase_ and __a strong one__", "An underlined phrase and a strong one"),
        ('See [the *form*](https://a.example/f_(1).html "Form") and [HR][hr].', "See the form and HR."),
        ("[![logo](l.png)](https://a.example) first", "logo first"),
        ("Run `make **all**` or ``a ` b``", "Run make **all** or a ` b"),
        ("```sh\nls *.txt\n```\nthen", "\nls *.txt\n\nthen"),
        ("in one line ```ls -l``` of it", "in one line ls -l of it"),
        ("~~old~~ new, 3 \\* 4, <https://a.example>", "old new, 3 * 4, https://a.example"),
        ("above\n\n---\n\nbelow", "above\n\n\n\nbelow"),
    ],
)
def test_signs_go_and_words_stay(text: str, read: str) -> None:
    assert plain(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "a * b * c", "f(**options)", "2**3**4", "snake_case_name", "__init__.py and __main__.py", "array[i](x)",
        "#5 is open", "C# and F#", "x <- y", "a > b", "- one\n- two", "[x] is done", "5 ~ 6", "price: 3*4*5",
        "a-b-c", "--limit 5",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_sign_stays(text: str) -> None:
    assert plain(text) == text


@given(st.text(alphabet="ab `*_[]()#>~\\\n<!-0\ue000\ue001", max_size=60))
def test_whatever_comes_no_letter_is_lost_outside_of_addresses(text: str) -> None:
    read = plain(text)
    assert len(read) <= len(text)
    if "]" not in text and "`" not in text and "~" not in text:
        assert [sign for sign in read if sign in "ab"] == [sign for sign in text if sign in "ab"]


@pytest.mark.parametrize("piece", ["[", "**a", "`", "[a](", "_a ", "![", "> ", "~~a", "<https:", "[[a]", "[a] "])
def test_a_long_text_of_signs_takes_no_longer_than_it_may(piece: str) -> None:
    began = time.process_time()
    plain(piece * 3_000)
    assert time.process_time() - began < 1
