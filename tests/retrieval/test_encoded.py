"""Which data in letters is left out, and what looks like it and stays."""

import base64
import random

import pytest

from retrieval.encoded import LONGEST_KEPT, without_encoded

BYTES = random.Random(5).randbytes(3_000)
FILLED = base64.encodebytes(BYTES[:-1]).decode()
RUN = base64.b64encode(BYTES).decode()
WRAPPED = base64.encodebytes(BYTES).decode()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"before {RUN} after", "before after"),
        (f"before\n{WRAPPED}after", "before after"),
        (f"before\n{FILLED}after", "before after"),
        (f"before\n{RUN}\nafter", "before after"),
        (f"before\r\n{WRAPPED.replace(chr(10), chr(13) + chr(10))}after", "before after"),
        (f"![a](data:image/png;base64,{RUN[:40]}) after", "![a]( ) after"),
        ("<img src='data:image/svg+xml;utf8,%3Csvg%20a%3E'> after", "<img src=' '> after"),
        (f"key={base64.urlsafe_b64encode(BYTES).decode()}", "key="),
    ],
)
def test_encoded_data_is_left_out_and_that_is_said(text: str, kept: str) -> None:
    found, left_out = without_encoded(text)
    assert (" ".join(found.split()), left_out) == (kept, True)


@pytest.mark.parametrize(
    "text",
    [
        "data: a/b, c",
        "the data:image/png prefix",
        RUN[:LONGEST_KEPT],
        "0123456789abcdef" * 4,
        "x" * 3_000,
        "/srv/Data/projects/Archive_2024/annual-Reports/finance/Europe/" * 6,
        "\n".join(["a_long_name_of_a_function_that_has_more_than_sixty_characters_in_it"] * 9),
        "AbsoluteVeryLongCompoundIdentifierNameWithoutAnyDigits" * 6,
    ],
)
def test_what_people_read_and_search_stays(text: str) -> None:
    assert without_encoded(text) == (text, False)
