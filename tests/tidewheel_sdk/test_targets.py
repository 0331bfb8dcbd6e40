"""Which target a target is, in all processes."""

from tidewheel_sdk.http_target import HttpTarget
from tidewheel_sdk.targets import place


def test_a_place_is_one_for_a_target_and_a_key_and_shows_neither() -> None:
    places = [
        place(HttpTarget(url, key))
        for url in ("https://search.example", "https://search.example/test", "https://test.example")
        for key in ("tw_1_secret", "tw_2_secret")
    ]
    assert len(set(places)) == 6
    assert place(HttpTarget("https://search.example/", "tw_1_secret")) == places[0]
    assert not any(word in "".join(places) for word in ("search", "secret", "tw"))
