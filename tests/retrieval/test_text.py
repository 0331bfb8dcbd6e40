from hypothesis import given
from hypothesis import strategies as st

from retrieval.text import normalized, subject, words


def test_equal_texts_compare_equal_however_they_are_written() -> None:
    assert normalized("  How do I\treset\nit? ") == normalized("how do i reset it")
    assert normalized("\uff36\uff30\uff2e") == "vpn"


def test_the_subject_of_a_query_leaves_out_small_words_and_plurals() -> None:
    assert subject("How do I create the Policies?") == subject("to create a policy") == {"create", "policy"}
    assert subject("what is this") == {"what", "is", "this"}, "all words, when nothing else is left"


def test_plurals_lose_their_ending_and_words_that_only_look_like_plurals_do_not() -> None:
    assert subject("policies boss status basis gas ties") == {"policy", "boss", "status", "basis", "gas", "tie"}


def test_words_come_in_order_with_repeats_and_without_signs() -> None:
    assert words("To be, or NOT to-be?") == ["to", "be", "or", "not", "to", "be"]
    assert words("…!") == []


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself_for_words(text: str) -> None:
    assert words(normalized(text)) == words(text)
