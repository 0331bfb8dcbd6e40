"""Ids: deterministic, and what may be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.ids import DocumentId, EventId, TenantId, join_ids, split_ids, stable_id, stable_ids

PART = st.text(st.characters(exclude_characters="\x1f", codec="utf-8"))


def test_a_stable_id_is_the_same_for_ever() -> None:
    assert stable_id("a", 1) == "839e11a421d370be28db56fde67e9aad"


@given(st.lists(PART, min_size=1), st.lists(PART, min_size=1))
def test_different_parts_have_different_ids(one: list[str], other: list[str]) -> None:
    assert (stable_id(*one) == stable_id(*other)) == (one == other)


@given(st.lists(PART, min_size=2))
def test_joined_ids_are_split_at_the_first_separator(parts: list[str]) -> None:
    assert split_ids(join_ids(*parts)) == (parts[0], join_ids(*parts[1:]))


def test_a_text_of_one_id_has_no_rest() -> None:
    assert split_ids("acme") == ("acme", "")
    assert split_ids("acme\x1f") == ("acme", "")
    assert split_ids("") == ("", "")


@given(st.lists(st.lists(PART, min_size=1, max_size=4)))
def test_many_ids_at_once_are_the_single_ones(rows: list[list[str]]) -> None:
    assert stable_ids("\x1f".join(row).encode() for row in rows) == [stable_id(*row) for row in rows]


@pytest.mark.parametrize("good", ["a", "acme", "team-7", "a" * 32])
def test_tenants(good: str) -> None:
    assert TypeAdapter(TenantId).validate_python(good) == good


@pytest.mark.parametrize("bad", ["", "Acme", "-a", "a-", "a_b", "a" * 33, "ä", "a\x1fb", "a\n"])
def test_what_is_no_tenant(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TenantId).validate_python(bad)


@pytest.mark.parametrize("bad", ["", "a\x00b", "a\x1fb", "tab\t", "x" * 257])
def test_what_is_no_document(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(DocumentId).validate_python(bad)


@pytest.mark.parametrize("bad", ["", "with space", "ünï", "x" * 65])
def test_what_is_no_event_id(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(EventId).validate_python(bad)
