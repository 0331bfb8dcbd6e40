import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores import vector_rows
from stores.vector_rows import (
    MAX_TEXT_BYTES,
    alias_name,
    clipped,
    collection_name,
    passages_digest,
    primary_key,
    term_text,
    vector_digest,
    vector_row,
)

SLUG = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)


@given(SLUG, SLUG, SLUG, SLUG)
def test_two_tenants_or_models_never_share_a_name(tenant: str, model: str, other_tenant: str, other_model: str) -> None:
    name, other = collection_name(tenant, model), collection_name(other_tenant, other_model)
    assert (name == other) is ((tenant, model) == (other_tenant, other_model))
    assert name != alias_name(other_tenant)


def test_a_name_has_only_what_milvus_takes() -> None:
    assert collection_name("a-b", "m-1") == "T_a_b_M_m_1_L1"
    assert alias_name("a-b") == "T_a_b_LIVE"


def test_no_documents_key_is_anothers() -> None:
    assert primary_key("e", 1) == "e#1"
    assert len({primary_key(*parts) for parts in [("e", 1), ("e#1", 0), ("e", 10), ("e#1", 1)]}) == 4


@pytest.mark.parametrize(
    ("text", "limit", "kept"), [("abc", 2, "ab"), ("abc", 9, "abc"), ("aé", 2, "a"), ("aé", 3, "aé"), ("é", 1, "")]
)
def test_text_is_cut_at_a_whole_character(text: str, limit: int, kept: str) -> None:
    assert clipped(text, limit) == kept


def test_half_a_character_pair_is_replaced() -> None:
    assert clipped("a\ud800", 9) == "a?"


@given(st.lists(st.text(min_size=1, max_size=60).filter(str.strip), max_size=30))
def test_terms_are_tokens_that_no_analyzer_changes(terms: list[str]) -> None:
    tokens = term_text(terms).split(" ") if terms else []
    assert len(tokens) == len(terms)
    assert all(re.fullmatch("[a-z0-9]{1,40}", token) for token in tokens if token)
    assert len(set(tokens)) == len({term.encode("utf-8", "replace") for term in terms})


def test_a_plain_term_stands_as_it_is() -> None:
    assert term_text(["leave", "ec2", "2026"]) == "leave ec2 2026"


def test_terms_beyond_what_a_row_holds_are_left_out() -> None:
    text = term_text(f"word{n}" for n in range(20_000))
    assert MAX_TEXT_BYTES - 20 < len(text) <= MAX_TEXT_BYTES
    assert text.split()[-1].startswith("word")


def test_a_digest_is_of_the_floats_whoever_holds_them() -> None:
    vector = np.array([0.1, -0.2, 1e-30], dtype=np.float32)
    digest = vector_digest(vector)
    assert digest == vector_digest(vector.tolist()) == vector_digest(vector[::1].astype(">f4"))
    assert len({digest, vector_digest(vector[::-1]), vector_digest(np.nextafter(vector, 1)), vector_digest([])}) == 4


def test_a_digest_of_passages_says_which_text_has_which_vector() -> None:
    one, two = [0.0, 1.0], [1.0, 0.0]
    right = passages_digest(["a", "b"], [one, two])
    wrong = [
        passages_digest(["b", "a"], [one, two]),
        passages_digest(["a", "b"], [two, one]),
        passages_digest(["b", "a"], [two, one]),
        passages_digest(["a"], [one]),
        passages_digest(["ab", ""], [one, two]),
        passages_digest([], []),
    ]
    assert len({right, *wrong}) == 7
    assert right == passages_digest(iter(["a", "b"]), iter([one, two]))


def test_a_row_has_its_terms_beside_its_text() -> None:
    row = vector_row("d", 0, 1, "h", ("all",), "T", "Some Text", ["some", "text"], [1.0], 0.5, 1)
    assert (row["text"], row["terms"], row["truncated"]) == ("Some Text", "some text", False)


def test_a_group_is_found_in_the_text_of_the_readers_and_no_part_of_one_is() -> None:
    groups = ["staff", "law firm", "\u00e9quipe", "50%_off", 'a"b']
    text = vector_rows.reader_text(groups)
    assert all(f" {vector_rows.reader_token(group)} " in text for group in groups)
    assert not any(f" {vector_rows.reader_token(other)} " in text for other in ("staf", "staff ", "law", "firm", ""))
    assert len(vector_rows.reader_text([f"group {n}" for n in range(vector_rows.MAX_GROUPS)])) < (
        vector_rows.MAX_TEXT_BYTES
    )
    assert all(character in "0123456789abcdef " for character in text), "nothing that a pattern or a filter reads"
