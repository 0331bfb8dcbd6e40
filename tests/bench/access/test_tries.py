"""What counts as a leak: an answer that a list forbids, and no answer that it allows."""

import random
import time

import pytest

from bench.access import revocations, tries
from bench.access.world import World
from bench.documents.population import GROUPS
from tests.bench.access.library import Behind, ByVersion, Library, Undeleting, world_of


def play(world: World, seed: int) -> None:
    """Do what a scenario does, on few documents."""
    victims = [world.population.new(revocations.READERS) for _ in range(9)]
    changing = [world.population.new() for _ in range(20)]
    world.send([*victims, *changing])
    names = [change.document for change in victims]
    samples = revocations.measure(world, names, 0.0, 0.05, int)
    revocations.look_again(world, samples)
    tries.search(world, [*names, *(change.document for change in changing)], 400, random.Random(seed), 100)


@pytest.mark.parametrize("seed", range(4))
def test_a_product_that_obeys_every_list_leaks_nothing(seed: int) -> None:
    world = world_of(Library(), seed)
    play(world, seed)
    assert world.leaked == 0
    assert world.tries >= 400


@pytest.mark.parametrize("wrong", [Undeleting, Behind, ByVersion])
def test_a_product_that_does_not_is_found_out(wrong: type[Library]) -> None:
    world = world_of(wrong(), 1)
    play(world, 1)
    assert world.leaked > 0


def test_a_document_that_is_taken_away_and_given_back_is_no_leak() -> None:
    """Random changes make a deleted document again, and widen a narrowed list: it may be shown from then on."""
    world = world_of(Library(), 1)
    made = [world.population.new(revocations.READERS) for _ in range(6)]
    world.send(made)
    samples = revocations.measure(world, [change.document for change in made], 0.0, 1.0, int)
    assert all(sample.hidden_after_s is not None for sample in samples)
    world.send([world.population.relist(sample.document, GROUPS) for sample in samples])
    assert not world.unfound([sample.document for sample in samples], revocations.SEEKER), "they are shown again"
    revocations.look_again(world, samples)
    assert world.leaked == 0


def test_an_answer_may_follow_an_event_as_soon_as_it_is_sent_and_must_once_it_is_stored() -> None:
    library = Library()
    world = world_of(library, 1)
    made = world.population.new({"sales"})
    world.send([made])
    world.ask(["x"], frozenset({"sales"}))
    late = Behind()
    late.events = library.events
    world.search = late
    world.stored = lambda tenant, events: set()
    world.send([world.population.relist(made.document, {"law"})])
    time.sleep(0.01)
    world.ask(["x"], frozenset({"sales"}))
    assert world.leaked == 0, "the ledger does not have it yet"
    world.stored = library.stored
    world.ask(["x"], frozenset({"sales"}))
    assert world.leaked == 1
