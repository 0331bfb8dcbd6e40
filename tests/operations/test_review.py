"""What of a packet may still be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.review import left_out, without_hidden
from schemas.packet import ExampleQuery, HeldOut, Packet, ShadowTest, ShownDocument
from stores.access_lists import AccessList
from tests.schemas.packets import packet

KINDS = ("wins", "losses", "better", "worse", "different")


def shown(document: str) -> ShownDocument:
    return ShownDocument(document=document, title=document.upper(), wanted=False)


def example(query: str, live: str, shadow: str) -> ExampleQuery:
    sides = [tuple(map(shown, side)) for side in (live, shadow)]
    return ExampleQuery(query=query, ndcg_live=None, ndcg_shadow=None, live=sides[0], shadow=sides[1])


def test_an_example_whose_opened_document_is_hidden_now_is_not_shown_where_no_side_shows_it() -> None:
    opened = example("secret", "a", "a").model_copy(update={"wanted": ("a", "x")})
    made = with_examples("better", opened)
    for current in ({"x": ("board",)}, {"x": None}, {}):
        assert left_out(made, without_hidden(made, lists(a=("everyone",), **current))) == 1
    assert left_out(made, without_hidden(made, lists(a=("everyone",), x=("everyone",)))) == 0


def with_examples(kind: str, *examples: ExampleQuery) -> Packet:
    made = packet()
    tested = {name: examples if name == kind else () for name in ("better", "worse", "different")}
    held = {name: examples if name == kind else () for name in ("wins", "losses")}
    test = ShadowTest(**{**made.shadow_test.model_dump(), **tested})
    return made.model_copy(update={"shadow_test": test, "held_out": HeldOut(**held)})


def lists(**groups: tuple[str, ...] | None) -> dict[str, AccessList]:
    return {name: AccessList(name, 1, own, "h") for name, own in groups.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_shown_only_while_all_its_documents_are_for_everyone(kind: str) -> None:
    made = with_examples(kind, example("kept", "ab", "b"), example("secret", "a", "x"))
    for current in ({"x": ("board",)}, {"x": None}, {"x": ()}, {}):
        seen = without_hidden(made, lists(a=("everyone",), b=("board", "everyone"), **current))
        assert "secret" not in seen.canonical()
        assert "kept" in seen.canonical()
        assert left_out(made, seen) == 1
    everything = without_hidden(made, lists(a=("everyone",), b=("everyone",), x=("everyone",)))
    assert (everything.digest, left_out(made, everything)) == (made.digest, 0)


@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.text("abcd", max_size=3), st.text("abcd", max_size=3)), max_size=4),
    st.dictionaries(
        st.sampled_from("abcd"), st.none() | st.sampled_from([(), ("everyone",), ("board",), ("Everyone",)])
    ),
)
def test_no_hidden_document_is_ever_named(
    kind: str, sides: list[tuple[str, str]], groups: dict[str, tuple[str, ...] | None]
) -> None:
    made = with_examples(kind, *(example(f"q{n}", live, shadow) for n, (live, shadow) in enumerate(sides)))
    seen = without_hidden(made, lists(**groups))
    named = {document for live, shadow in sides for document in live + shadow}
    for document in named:
        if "everyone" not in (groups.get(document) or ()):
            assert f'"document":"{document}"' not in seen.canonical()
