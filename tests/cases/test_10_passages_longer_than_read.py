"""Long pages of kinds of text of which a tokenizer makes many pieces of few words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.config import EncoderConfig
from retrieval.passages import body_of, split
from retrieval.text import terms
from retrieval.word_pieces import WordPieces
from stores.shelf import base_model
from tests.cases.house import House
from tests.cases.words import by_words
from tests.trainer.build import document
from trainer.judging import corpus

END = "The caretaker keeps the spare badges."
KINDS = ["arabic", "chinese", "german", "japanese", "key", "log", "markdown", "python", "russian", "table"]


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    """The base model's tokenizer."""
    return WordPieces.of(base_model(), EncoderConfig())


def page(inputs: Path, kind: str, times: int = 60) -> tuple[str, str]:
    """Return title and body of a long page of a kind, which ends with a sentence of its own."""
    read = (json.loads(line) for line in (inputs / "kinds.jsonl").read_text().splitlines())
    (found,) = (each for each in read if each["document"] == kind)
    return found["title"], found["body"] * times + "\n" + END


@pytest.mark.parametrize("kind", KINDS)
def test_every_piece_of_every_passage_is_read(inputs: Path, pieces: WordPieces, kind: str) -> None:
    """of no kind of text is a word piece of a passage beyond what the encoder reads"""
    passages = split(*page(inputs, kind), pieces).passages
    assert max(pieces.counts(passages)) <= pieces.limit


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"key", "markdown", "table"}))
def test_nothing_of_the_page_is_left_out(inputs: Path, pieces: WordPieces, kind: str) -> None:
    """every letter of a page is in some passage, in order, to its end"""
    title, body = page(inputs, kind)
    made = split(title, body, pieces)
    assert not made.truncated
    assert "".join("".join(map(body_of, made.passages)).split()) == "".join(body.split())


@pytest.mark.parametrize("kind", ["markdown", "table"])
def test_every_word_of_a_page_with_structure_is_found(inputs: Path, pieces: WordPieces, kind: str) -> None:
    """signs of headings, code and tables are gone, a header may be there twice; every word is in some passage"""
    title, body = page(inputs, kind)
    made = split(title, body, pieces)
    assert not made.truncated
    missing = set(terms(body)) - {term for passage in made.passages for term in terms(passage)}
    assert missing <= {"sh"}, "the language of a program, behind its fence"


def test_a_long_key_is_left_out_and_that_is_said(inputs: Path, pieces: WordPieces) -> None:
    """data in letters is no text: its end says so, and what stands behind it is found"""
    made = split(*page(inputs, "key"), pieces)
    assert made.truncated
    assert [body_of(passage) for passage in made.passages] == [END]


@pytest.mark.parametrize("kind", KINDS)
def test_passages_are_about_as_long_as_the_encoder_reads(inputs: Path, pieces: WordPieces, kind: str) -> None:
    """passages are not made smaller than need be: half of what could be read is used"""
    passages = split(*page(inputs, kind), pieces).passages
    if kind != "key":  # of which only the end is text
        assert sum(pieces.counts(passages)) > 0.5 * pieces.limit * len(passages)


def test_the_end_of_a_long_page_is_found(house: House) -> None:
    """the last sentence of a long page is found by words, whatever stands before it"""
    for kind in KINDS:
        title, body = page(house.inputs, kind, times=8)
        house.world.put(kind, 1, body, title=title)
    house.index()
    assert set(by_words(house, "caretaker badges", k=50)) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_judge_reads_the_same_passages(inputs: Path, pieces: WordPieces, kind: str) -> None:
    """what a model is judged on is cut as what is indexed"""
    title, body = page(inputs, kind)
    judged = corpus.build({"d": replace(document("d"), title=title, body=body)}, [], [], 10, pieces)
    assert judged.texts == split(title, body, pieces).passages


def test_what_is_left_out_is_counted_and_shown(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """the end of a text that is too long to be indexed is counted, and a search says so"""
    monkeypatch.setattr("retrieval.passages.READ_CHARACTERS", 300)
    house.world.put("long", 1, "A page about cranes. " * 30)
    house.world.put("short", 1, "A page about cranes and herons.")
    house.index()
    (answer,) = house.world.searcher.search(house.world.tenant, ["cranes"], frozenset(), 5)
    assert {found.document: found.truncated for found in answer.results} == {"long": True, "short": False}
    assert house.rows("SELECT countIf(truncated) AS cut FROM applied FINAL") == [{"cut": 1}]


def test_words_of_an_identifier_are_terms() -> None:
    """an identifier in code is found whole and by its parts"""
    assert {"retrywithbackoff", "retry", "with", "backoff"} <= set(terms("def retry_with_backoff():"))
    assert {"halfopen", "half", "open"} <= set(terms("state=HALF_OPEN"))
