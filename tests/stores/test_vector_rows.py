import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.vector_rows import LAYOUT, alias_name, clipped, collection_name, primary_key

SLUG = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)


@given(SLUG, SLUG, SLUG, SLUG)
def test_two_tenants_or_models_never_share_a_name(tenant: str, model: str, other_tenant: str, other_model: str) -> None:
    name, other = collection_name(tenant, model), collection_name(other_tenant, other_model)
    assert (name == other) is ((tenant, model) == (other_tenant, other_model))
    assert name != alias_name(other_tenant)


def test_a_name_carries_the_layout_and_only_what_milvus_takes() -> None:
    assert collection_name("a-b", "m-1") == f"T_a_b_M_m_1_L{LAYOUT}"
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
