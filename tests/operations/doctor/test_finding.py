"""Something is wrong where one finding says so."""

from operations.doctor.finding import Finding, is_wrong, well


def test_what_is_to_be_watched_is_not_wrong() -> None:
    assert not is_wrong([well("a", "fine"), Finding("b", "watch", "soon")])
    assert is_wrong([well("a", "fine"), Finding("b", "wrong", "now")])
