"""Names of reactions: what is one reaction has one identity, whatever system wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.reaction_names import SYNONYMS, identity, plain

OF_ONE = {
    "+1": [
        "+1",
        ":+1:",
        "+1::skin-tone-3",
        ":thumbsup::skin-tone-6:",
        "thumbs_up",
        "thumbs-up",
        "Thumbs Up",
        "THUMBS_UP",
        "like",
        "👍",
        "👍🏿",
        "👍\ufe0f",
        "thumbsup_tone2",
        "+1_medium_dark_skin_tone",
        "thumbsup_medium_skin_tone",
    ],
    "-1": ["-1", ":-1:", "-1::skin-tone-2", "dislike", "👎🏽", "thumbs-down"],
    "heart": ["heart", "❤", "❤️", "❤\ufe0e", "love", "HEART"],
    "tada": ["hooray", "HOORAY", "tada", "🎉", "party-popper"],
    "confused": ["confused", "😕"],
    "heavy_check_mark": ["✔️", "✔", "heavy-check-mark"],
    "100": ["💯", "100"],
}


@pytest.mark.parametrize(("counts_as", "name"), [(one, name) for one, names in OF_ONE.items() for name in names])
def test_one_reaction_has_many_names(counts_as: str, name: str) -> None:
    assert identity(name) == counts_as


def test_no_name_stands_for_two_reactions_and_all_stand_plain() -> None:
    names = [name for one, others in SYNONYMS.items() for name in (one, *others)]
    assert len(names) == len(set(names))
    assert [plain(name) for name in names] == names


@pytest.mark.parametrize("name", ["eyes", "party_parrot", "😄", "dark", "tone2", "-2", "a-"])
def test_a_name_that_the_table_lacks_stands_for_itself(name: str) -> None:
    assert identity(f":{name}:") == name


@given(st.text())
def test_an_identity_is_its_own(name: str) -> None:
    once = identity(name)
    assert identity(once) == once or ":" in once or once != once.strip()
