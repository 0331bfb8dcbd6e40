import pytest

from retrieval.access import effective, may_see, open_to_all


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
