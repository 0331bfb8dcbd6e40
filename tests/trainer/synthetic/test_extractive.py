from dataclasses import replace

from tests.trainer.build import document
from trainer.synthetic.extractive import Extractive

ABOUT = document(
    "a", "This guide tells how you renew a parking permit. The form is at the gate. Bring the old permit.", "Parking"
)
OTHERS = [document(f"o{n}", f"The form number {n} is at the gate of the guide. Bring {n}.", "Guide") for n in range(9)]


def test_the_first_sentence_that_tells_something_finds_the_rest_and_telling_words_the_whole() -> None:
    first, keywords = Extractive([ABOUT, *OTHERS]).proposed(ABOUT)
    assert first.query == "guide tells renew parking permit"
    assert first.text == "Parking\nThe form is at the gate. Bring the old permit."
    assert "renew a parking" not in first.text, "it is not found by its own words"
    assert keywords.query == "parking permit old", "what few documents have, often, in its order"
    assert keywords.text == f"Parking\n{ABOUT.body}"


def test_of_a_document_that_tells_nothing_there_is_no_query() -> None:
    for body in ("", "12 34", "It is what it is.", "?"):
        empty = replace(ABOUT, title="", body=body)
        assert Extractive([empty, *OTHERS]).proposed(empty) == ()


def test_headings_code_and_a_very_long_text_are_read_as_such() -> None:
    code = replace(
        ABOUT, body="# Overview of things here\n\n```\nimport one, two, three\n```\n\nRenew the permit early."
    )
    first, _ = Extractive([code, *OTHERS]).proposed(code)
    assert first.query == "renew permit early"
    long = replace(ABOUT, body="word " * 1_000_000)
    assert all(len(one.query) < 200 for one in Extractive([long]).proposed(long))


def test_texts_of_other_scripts_have_queries_too() -> None:
    german = replace(ABOUT, title="Parken", body="Den Ausweis verlängert das Büro am Tor jederzeit gern.")
    assert Extractive([german, *OTHERS]).proposed(german)[0].query.startswith("den ausweis verlängert")
