"""Reactions under the names of other systems count, are withdrawn under any of them, and unknown ones are listed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stores.settings import Settings
from tests.cases.sending import send
from tests.streams.world import World

INPUTS = Path(__file__).parent / "22-reaction-names"


@pytest.fixture(scope="module")
def world(stack: Settings) -> Iterator[World]:
    made = World(stack, "case22")
    assert send(made, INPUTS / "named.jsonl", INPUTS / "withdrawn.jsonl", INPUTS / "unknown.jsonl") == []
    yield made
    made.remove()


def weights(world: World, like: str) -> dict[str, float]:
    rows = world.warehouse.rows("SELECT user, weight FROM live_pairs WHERE user LIKE {u:String}", u=like)
    return {row["user"]: row["weight"] for row in rows}


def test_the_names_of_the_usual_systems_count(world: World) -> None:
    """Likes of Teams and Onyx, hooray, thumbs-up with a hyphen, skin tones, variation selectors: each is a yes."""
    found = weights(world, "y%")
    assert len(found) == 8
    assert all(weight > 0 for weight in found.values())


def test_their_noes_count(world: World) -> None:
    """Dislike, confused, thumbs-down: each is a no."""
    found = weights(world, "n%")
    assert len(found) == 4
    assert all(weight < 0 for weight in found.values())


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_a_withdrawal_under_another_name_ends_it(world: World, user: str) -> None:
    """What was added as :thumbsup: and withdrawn as +1, with a skin tone or without, holds no more."""
    assert weights(world, user) == {}


def test_a_withdrawal_needs_no_cited_documents(world: World) -> None:
    """A withdrawal without the cited documents ends the reaction, also when it arrives first."""
    assert weights(world, "cem") == {}


def test_a_withdrawal_ends_no_other_reaction(world: World) -> None:
    """Withdrawing a no leaves the yes of the same person."""
    assert weights(world, "dee") == {"dee": 1.0}


def test_the_rows_are_the_oracle_s(world: World) -> None:
    """The rows are what one SQL statement makes of the raw events."""
    found = world.differences()
    assert found.pairs_only_written == found.pairs_only_expected == []


def test_names_that_mean_nothing_are_listed(world: World) -> None:
    """Names that mean nothing are listed in the view `unknown_reactions`, the most used first."""
    rows = world.rows("SELECT reaction, times, people FROM unknown_reactions")
    assert [tuple(row.values()) for row in rows] == [("eyes", 2, 2), ("laugh", 1, 1), ("party-parrot", 1, 1)]


def test_a_name_can_be_given_a_meaning(world: World, stack: Settings) -> None:
    """`streams.reaction.meanings` gives a name its meaning; it is listed no more, and counts from then on."""
    knowing = World(stack, "case22b", {"reaction": {"meanings": {"party_parrot": 0.5, "laugh": 0}}})
    try:
        send(knowing, INPUTS / "unknown.jsonl")
        assert weights(knowing, "eve") == {"eve": 0.5}
        assert [row["reaction"] for row in knowing.rows("SELECT reaction FROM unknown_reactions")] == ["eyes"]
    finally:
        knowing.remove()
