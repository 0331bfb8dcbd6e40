import pytest

from streams.pairs.documents import DocumentRules, pairs_of

RULES = DocumentRules()
BODY = "a body that says something"


def _kinds(
    kind: str = "page", title: str = "A title", body: str = BODY, links: tuple[tuple[str, str], ...] = ()
) -> list[str]:
    return [pair.kind for pair in pairs_of("d", kind, title, body, links, RULES)]


def test_a_title_names_its_body() -> None:
    (pair,) = pairs_of("d", "page", "A title", BODY, [], RULES)
    assert pair == ("title_body", "", "d", "d", 1.0)


def test_a_conversation_has_its_own_kind() -> None:
    assert _kinds("conversation") == ["conversation"]


@pytest.mark.parametrize(
    ("title", "body"), [("", BODY), ("  ", BODY), ("A title", ""), ("A title", " short "), ("", "")]
)
def test_without_text_there_is_nothing_to_learn(title: str, body: str) -> None:
    assert _kinds(title=title, body=body) == []


def test_single_messages_give_nothing() -> None:
    assert _kinds("message", links=(("t", "useful words"),)) == []


def test_links_name_their_targets() -> None:
    pairs = pairs_of("d", "page", "A title", "", [("t", " network \n status "), ("t", "here"), ("u", "")], RULES)
    assert pairs == [
        ("anchor_text", "network status", "", "t", 1.0),
        ("linked_titles", "", "d", "t", 0.5),
        ("linked_titles", "", "d", "u", 0.5),
    ]


@pytest.mark.parametrize("words", ["here", "Click HERE", "this  page", "abc", "https://x.org/page", "www.x.org", ""])
def test_link_words_that_describe_nothing(words: str) -> None:
    assert "anchor_text" not in _kinds(links=(("t", words),))


def test_a_document_does_not_link_to_itself_and_repeats_count_once() -> None:
    assert _kinds(body="", links=(("d", "useful words"), ("t", "useful words"), ("t", "useful words"))) == [
        "anchor_text",
        "linked_titles",
    ]


def test_a_directory_of_links_is_cut() -> None:
    many = tuple((f"t{i}", f"words of link {i}") for i in range(1_000))
    assert len(_kinds(body="", links=many)) == 2 * RULES.max_links


def test_five_megabytes_are_no_trouble() -> None:
    assert _kinds(body="word " * 1_000_000) == ["title_body"]
