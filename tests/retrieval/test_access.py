import pytest

from retrieval.access import effective, may_see, open_to_all, shared


@pytest.mark.parametrize(
    ("acl", "groups", "seen"),
    [
        ((), {"a", "everyone"}, False),
        (("everyone",), set(), True),
        (("a",), set(), False),
        (("a",), {"b"}, False),
        (("a", "b"), {"b"}, True),
        (("A",), {"a"}, False),
        (("a ",), {"a"}, False),
        (("everyone ",), set(), False),
        (("",), {""}, True),
        (("caf\u00e9",), {"cafe\u0301"}, True),
        (("cafe\u0301",), {"caf\u00e9"}, True),
        (("cafe",), {"caf\u00e9"}, False),
    ],
)
def test_who_may_see(acl: tuple[str, ...], groups: set[str], seen: bool) -> None:
    assert may_see(acl, frozenset(groups)) is seen
    assert may_see(acl, effective(groups)) is seen, "being in `everyone` by name changes nothing"


def test_only_a_list_with_everyone_is_open_to_all() -> None:
    assert open_to_all(["board", "everyone"])
    assert not open_to_all(["board"])
    assert not open_to_all([])


def test_everybody_is_in_everyone() -> None:
    assert effective([]) == {"everyone"}
    assert effective(["staff"]) == {"everyone", "staff"}


@pytest.mark.parametrize(
    ("lists", "who"),
    [
        ([("everyone",), ("everyone", "a")], ("everyone",)),
        ([("everyone", "b"), ("a",)], ("a",)),
        ([("b", "a"), ("c", "b", "a"), ("everyone",)], ("a", "b")),
        ([("a",), ("b",)], ()),
        ([(), ("everyone",)], ()),
        ([("caf\u00e9",), ("cafe\u0301",)], ("caf\u00e9",)),
    ],
)
def test_who_sees_what_is_made_of_several(lists: list[tuple[str, ...]], who: tuple[str, ...]) -> None:
    assert shared(lists) == shared(lists[::-1]) == who
