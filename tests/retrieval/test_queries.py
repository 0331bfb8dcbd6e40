"""What counts as a query."""

import pytest

from retrieval.queries import NoWord, require_words


@pytest.mark.parametrize("query", ["a", "7", "\u6f22", "\U0001f389", "?a!", "(7)", "the"])
def test_one_letter_digit_or_picture_is_enough(query: str) -> None:
    require_words([query])


@pytest.mark.parametrize("query", ["", " ", "?!", "___", "\u200b", "\ufe0f", "\u00ab\u00bb"])
def test_nothing_to_search_for_is_said(query: str) -> None:
    with pytest.raises(NoWord, match="no word in the query"):
        require_words(["leave", query])
