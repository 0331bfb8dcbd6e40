"""A person is found as a word of their own, however it was written, and nobody else is taken for them."""

import json
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from operations.spelling import folded, mentions, tenants_in

PERSON = "zoë.müller@example.com"
LETTERS = st.characters(categories=("Lu", "Ll", "Nd"))


@pytest.mark.parametrize(
    "text",
    [
        PERSON,
        PERSON.upper(),
        unicodedata.normalize("NFD", PERSON),
        f'{{"user":"{PERSON}"}}',
        json.dumps({"user": PERSON}),
        json.dumps({"user": PERSON}).replace("\\u00eb", "\\u00EB"),
        json.dumps(json.dumps({"user": PERSON})),
        f"user={quote(PERSON)}&x=1",
        f"user={quote(quote(PERSON))}",
        f"first line\\n{PERSON}\\nlast line",
        f"GET /u/{PERSON}/x",
        f"({PERSON})",
        f"asked by {PERSON}.",
        f"\t{PERSON}, others",
    ],
)
def test_every_writing_names_the_person(text: str) -> None:
    assert mentions(text.encode(), PERSON)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-8-sig"])
@pytest.mark.parametrize("person", [PERSON, "\u738b\u79c0\u82f1"])
def test_a_text_of_wide_characters_names_the_person_and_the_tenant(encoding: str, person: str) -> None:
    content = json.dumps({"tenant": "acme", "user": person}, ensure_ascii=False).encode(encoding)
    assert mentions(content, person)
    assert tenants_in(content) == {"acme"}
    assert mentions(("\ufeff" + person).encode("utf-16-be"), person)


def test_a_text_of_another_encoding_names_the_person_too() -> None:
    assert mentions(f'{{"user":"{PERSON}"'.encode("latin-1"), PERSON)
    assert mentions(b"\xff\x00 user=o+brien%20jr", "O Brien Jr")


@pytest.mark.parametrize(
    "text",
    [
        "banana",
        "ana2",
        "2ana",
        "ana@example.com",
        "mary-ana",
        "ana.b",
        "o'ana",
        "an a",
        "ana_1",
        "xana",
        "ana+t@x",
        "",
    ],
)
def test_who_is_called_nearly_so_is_somebody_else(text: str) -> None:
    assert not mentions(text.encode(), "ana")


@given(st.text(LETTERS, min_size=1, max_size=12), st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_case_and_form_change_nothing(person: str, change: Callable[[str], str]) -> None:
    for text in (person, change(person)):
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            written = unicodedata.normalize(form, text)
            assert folded(written) == folded(text)
            assert mentions(json.dumps({"u": written}).encode(), text)
            assert mentions(quote(written).encode(), text)
    assume(len(change(person)) == len(person) and change(change(person)).casefold() == person.casefold())
    assert mentions(change(person).encode(), person)


@given(st.binary(max_size=300), st.text(min_size=1, max_size=20))
def test_no_bytes_stop_the_search(content: bytes, person: str) -> None:
    mentions(content, person)
    tenants_in(content)


def test_tenants_are_read_from_json_forms_and_log_lines() -> None:
    for text in (
        '{"tenant": "acme"}',
        '"{\\"tenant\\":\\"acme\\"}"',
        "tenant=acme&x=1",
        "tenant: acme",
        "tenant%3Dacme",
    ):
        assert tenants_in(text.encode()) == {"acme"}, text
    assert tenants_in(b'{"tenants": ["acme"], "subtenant": "x", "tenant": ""}') == frozenset()
