import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import scripts
from retrieval.passages import MAX_CHARACTERS, READ_CHARACTERS, TITLE_SHARE, body_of, split
from retrieval.text import visible
from retrieval.word_pieces import WordPieces
from tests.retrieval.word_pieces import byte_level, of_letters

KINDS = {"bytes": byte_level(), "letters": of_letters()}


def test_a_short_document_is_one_passage_with_its_title(pieces: WordPieces) -> None:
    assert split(" The \n title ", "One. Two.", pieces).passages == ("The title\nOne. Two.",)


def test_a_document_without_text_has_no_passage_and_one_with_a_title_has_one(pieces: WordPieces) -> None:
    assert split("", " \n ", pieces).passages == ()
    assert split("Only a title", "", pieces).passages == ("Only a title",)


@pytest.mark.parametrize("nothing", ["\u200b \n\n  \u2060", "\u00ad\ufeff", "\x00", "\u3000\u200e"])
def test_what_nobody_can_see_is_no_passage(nothing: str, pieces: WordPieces) -> None:
    assert split(nothing, nothing, pieces).passages == ()
    assert split(nothing, f"Text.\n{nothing}\nMore.", pieces).passages == ("Text. More.",)


def test_sentences_stay_whole(pieces: WordPieces) -> None:
    sentences = [f"Sentence number {n} has exactly seven words." for n in range(60)]
    parts = split("t", " ".join(sentences), pieces)
    assert not parts.truncated
    assert all(part.endswith("words.") for part in parts.passages)
    assert " ".join(body_of(part) for part in parts.passages) == " ".join(sentences)


def test_a_passage_is_as_long_as_the_model_reads(pieces: WordPieces) -> None:
    parts = split("t", "word " * 500, pieces)
    assert pieces.counts(parts.passages)[:3] == [pieces.limit] * 3
    assert len(parts.passages) == 4


def test_the_end_of_a_long_page_is_in_a_passage(pieces: WordPieces) -> None:
    parts = split("t", "A line of a page that goes on and on.\n" * 3_000 + "The last words.", pieces)
    assert len(parts.passages) > 100
    assert parts.passages[-1].endswith("The last words.")
    assert not parts.truncated


def test_what_is_too_long_is_left_out_and_counted(pieces: WordPieces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.passages.READ_CHARACTERS", 100)
    assert not split("t", "x" * 100, pieces).truncated
    longer = split("t", "word " * 20 + "end", pieces)
    assert longer.truncated
    assert "end" not in longer.passages[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["x", "word ", "\n", "\u6f22"], ids=["unbroken", "one sentence", "lines", "ideographs"]
)
def test_a_megabyte_of_one_kind_is_cut_in_little_time(text: str, pieces: WordPieces) -> None:
    began = time.process_time()
    assert split("t", text * (1_000_000 // len(text)), pieces).truncated is False
    assert time.process_time() - began < 60, "and not in a time that grows with the square"


def test_the_bound_of_a_text_is_five_million_characters() -> None:
    assert READ_CHARACTERS == 5_000_000


def test_text_without_spaces_is_cut_by_pieces(pieces: WordPieces) -> None:
    parts = split("", "\u6f22\u5b57" * 1_000, pieces)
    assert "".join(parts.passages) == "\u6f22\u5b57" * 1_000
    assert len(parts.passages) == -(-2_000 // pieces.limit)


def test_a_run_that_the_tokenizer_does_not_know_is_cut_by_length(pieces: WordPieces) -> None:
    parts = split("", "x" * (2 * MAX_CHARACTERS + 1), pieces)
    assert [len(part) for part in parts.passages] == [MAX_CHARACTERS, MAX_CHARACTERS, 1]


def test_a_long_title_leaves_room_for_the_text(pieces: WordPieces) -> None:
    parts = split("\u6f22" * 200, "Some text. " * 40, pieces)
    (title, _, _) = parts.passages[0].partition("\n")
    assert pieces.counts([title]) == [pieces.limit // TITLE_SHARE]
    assert max(pieces.counts(parts.passages)) <= pieces.limit
    assert body_of(parts.passages[0]).startswith("Some text.")
    assert (
        split("many words of a title " * 20, "x", pieces).passages[0].splitlines()[0].endswith(" of a title many")
        is False
    )


@given(st.text(max_size=300), st.text(max_size=2_000), st.sampled_from([*KINDS]))
def test_no_piece_of_a_passage_is_left_unread(title: str, body: str, kind: str) -> None:
    tokenizer = KINDS[kind]
    parts = split(title, body, tokenizer)
    for part, count in zip(parts.passages, tokenizer.counts(parts.passages), strict=True):
        assert count <= tokenizer.limit or len(body_of(part)) < 2
        assert part
        assert visible(part)


SEEN = st.characters(codec="utf-8", categories=["L", "N"]).filter(lambda letter: not scripts.IGNORED.match(letter))
"""Letters and digits; some letters only stretch or stand for none, and a text of them alone says nothing."""

WORDS = st.text(SEEN, min_size=1, max_size=40)


@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", ". ", "\n", "! "])), max_size=60), st.sampled_from([*KINDS]))
def test_every_letter_is_in_some_passage_in_order(parts: list[tuple[str, str]], kind: str) -> None:
    body = "".join(word + end for word, end in parts)
    found = "".join(split("a title", body, KINDS[kind]).passages).replace("a title", "")
    assert "".join(found.split()) == "".join(body.split())


def test_every_word_stays_whole_where_it_fits(pieces: WordPieces) -> None:
    chance = random.Random(7)
    body = " ".join(f"w{n}{chance.choice(['', '.', '!', chr(10)])}" for n in range(900))
    parts = split("t", body, pieces)
    assert " ".join(body_of(part) for part in parts.passages).split() == body.split()
    assert max(pieces.counts(parts.passages)) <= pieces.limit


PAGE = "## Hotels\n" + "A room in the city costs ten euro. " * 40 + "\n## Trains\n" + "The train is paid for. " * 40


def test_a_passage_stands_under_one_heading_and_says_it(pieces: WordPieces) -> None:
    made = split("Travel", PAGE, pieces).passages
    fronts = [passage.partition("\n")[0] for passage in made]
    assert list(dict.fromkeys(fronts)) == ["Travel \u203a Hotels", "Travel \u203a Trains"]
    for front, passage in zip(fronts, made, strict=True):
        assert ("train" in body_of(passage)) == (front == "Travel \u203a Trains")
        assert ("room" in body_of(passage)) == (front == "Travel \u203a Hotels")


def test_the_title_is_not_said_twice(pieces: WordPieces) -> None:
    assert split("Travel", "# Travel\n\nBy train.", pieces).passages == ("Travel\nBy train.",)


def test_a_heading_that_takes_too_much_room_is_text(pieces: WordPieces) -> None:
    (only,) = split("Travel", f"## {'very ' * 25}long\nBy train.", pieces).passages
    assert only == f"Travel\n{'very ' * 25}long By train."


def test_what_stands_in_a_text_in_letters_only_is_left_out_and_said(pieces: WordPieces) -> None:
    found = split("t", f"Before. ![](data:image/png;base64,{'iVBORw0KGgo' * 30}) After.", pieces)
    assert found.truncated
    assert found.passages == ("t\nBefore. ![]( ) After.",)


def test_without_anything_in_front_a_passage_is_one_line(pieces: WordPieces) -> None:
    assert split("", "```\na\nb\n```", pieces).passages == ("a b",)
