"""Which clicked queries judging may use."""

from trainer.judging.clicked import without_held_out

SAID = {"a": ("reset the router password", "travel costs"), "b": ("lunch menu",), "c": ()}


def test_a_query_that_judges_and_one_that_is_nearly_it_are_left_out_everywhere() -> None:
    assert without_held_out(SAID, ["Travel costs?"], 0.75) == {"a": SAID["a"][:1], "b": ("lunch menu",), "c": ()}
    assert without_held_out(SAID, ["reset router password"], 0.75)["a"] == ("travel costs",)
    assert without_held_out(SAID, ["the menu for lunches", "our lunch menu?"], 0.75)["b"] == ()


def test_what_shares_fewer_words_stays() -> None:
    assert without_held_out(SAID, ["reset the password", "costs"], 0.75) == SAID
    assert without_held_out(SAID, ["reset the password"], 0.6)["a"] == ("travel costs",), "as alike as the split says"
    assert without_held_out(SAID, [], 0.75) == SAID
    assert without_held_out({}, ["x"], 0.75) == {}
