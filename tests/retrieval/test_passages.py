import random

from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import MAX_CHARACTERS, MAX_PASSAGES, MAX_WORDS, body_of, split


def test_a_short_document_is_one_passage_with_its_title() -> None:
    assert split(" The \n title ", "One. Two.").passages == ("The title\nOne. Two.",)


def test_a_document_without_text_has_no_passage_and_one_with_a_title_has_one() -> None:
    assert split("", " \n ").passages == ()
    assert split("Only a title", "").passages == ("Only a title",)


def test_sentences_stay_whole() -> None:
    sentences = [f"Sentence number {n} has exactly seven words." for n in range(60)]
    parts = split("t", " ".join(sentences))
    assert not parts.truncated
    assert all(part.endswith("words.") for part in parts.passages)
    assert " ".join(body_of(part, "t") for part in parts.passages) == " ".join(sentences)


def test_what_does_not_fit_is_told() -> None:
    assert not split("t", "word " * MAX_WORDS * MAX_PASSAGES).truncated
    longer = split("t", "word " * (MAX_WORDS * MAX_PASSAGES + 1))
    assert longer.truncated
    assert len(longer.passages) == MAX_PASSAGES


def test_five_megabytes_are_split_at_once_and_told() -> None:
    for body in ("x" * 5_000_000, "word " * 1_000_000, "\n" * 5_000_000):
        assert split("t", body).truncated


def test_text_without_spaces_is_cut_by_length() -> None:
    parts = split("", "漢字" * 1_000)
    assert "".join(parts.passages) == "漢字" * 1_000
    assert len(parts.passages) == 3


@given(st.text(max_size=300), st.text(max_size=3_000))
def test_no_text_breaks_the_budget(title: str, body: str) -> None:
    parts = split(title, body)
    assert len(parts.passages) <= MAX_PASSAGES
    for part in parts.passages:
        text = body_of(part, title)
        assert len(text.split()) <= MAX_WORDS
        assert len(text) <= max(MAX_CHARACTERS, len(title))


def test_every_word_is_in_some_passage_unless_told() -> None:
    chance = random.Random(7)
    body = " ".join(f"w{n}{chance.choice(['', '.', '!', chr(10)])}" for n in range(900))
    parts = split("t", body)
    assert not parts.truncated
    assert " ".join(body_of(part, "t") for part in parts.passages).split() == body.split()
