from hypothesis import given
from hypothesis import strategies as st

from tests.trainer.build import document
from trainer.data.near_copies import near_copies, near_pairs, near_queries

WORDS = st.frozensets(st.sampled_from("abcdefgh"), max_size=6)
LONG = " ".join(f"word{n}" for n in range(300))


def test_copies_under_another_name_are_one_group_and_other_texts_are_not() -> None:
    known = [
        document("a", LONG, "the title"),
        document("b", LONG + " and three more", "the title"),
        document("c", " ".join(f"other{n}" for n in range(300)), "the title"),
    ]
    found = near_copies(known, 0.8)
    assert found["a"] == found["b"] != found["c"]
    assert near_copies(known[::-1], 0.8) == found, "whatever the order"
    short = [document(name, f"five words and then {name}", "t") for name in ("x", "y")]
    assert len(set(near_copies(short, 0.9).values())) == 2
    assert len(set(near_copies(short, 0.3).values())) == 1
    assert near_copies([], 0.8) == {}


def test_a_copy_under_another_title_or_with_its_parts_moved_is_in_the_group() -> None:
    parts = [" ".join(f"part{n}word{at}" for at in range(30)) for n in range(10)]
    known = [
        document("a", " ".join(parts), "how to restart a worker"),
        document("moved", " ".join(parts[5:] + parts[:5]), "how to restart a worker"),
        document("titled", " ".join(parts), " ".join(f"quite{n} another{n} title{n}" for n in range(40))),
        document("half", " ".join(parts[:5] + [f"new{n}" for n in range(150)]), "how to restart a worker"),
        document("brief", "see the page of the team", "leave"),
        document("short", "see the page of the team", "holidays"),
    ]
    found = near_copies(known, 0.8)
    assert found["a"] == found["moved"] == found["titled"] != found["half"]
    assert found["brief"] != found["short"], "what is said everywhere makes no copies"


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=8), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_near_pairs_are_those_of_the_definition(
    left: list[frozenset[str]], right: list[frozenset[str]], threshold: float
) -> None:
    expected = {
        (i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if a & b and len(a & b) / len(a | b) >= threshold
    }
    assert set(near_pairs(left, right, threshold, chunk=3)) == expected


def test_a_slip_of_the_finger_is_the_same_query_and_another_word_is_not() -> None:
    asked = ["kubernetes deployment", "import users", "map v1 tables", "cars in mouse"]
    for slip in ("kubernets deployment", "kuberentes deploymnet", "kubernettes deployments", "kubernetas deployment"):
        assert near_queries(asked, [slip], 0.75) == {(0, 0)}
    for other in ("kubernetes department", "export users", "map v2 tables", "cars in house", "deployment"):
        assert near_queries(asked, [other], 0.75) == set(), other
    assert near_queries(asked, asked, 0.75) == {(n, n) for n in range(4)}


def test_of_longer_queries_few_words_may_differ_slips_counted_as_none() -> None:
    one, two = "rotate credentials of every service account", "roatte credentails of each service account"
    assert near_queries([one], [two], 0.6) == {(0, 0)}
    assert near_queries([one], ["rotate passwords of each database"], 0.6) == set()
