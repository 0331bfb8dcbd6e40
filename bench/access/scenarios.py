"""The states of the system in which revocations are timed and people's searches are judged."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bench.access import papers, revocations, scores, tries
from bench.access.world import PATIENCE_S, TENANT, Unready, World
from bench.documents import second_model
from bench.documents.population import Population
from bench.output import load, say
from bench.tidewheel import tidewheel
from indexer.search.searcher import MAX_RESULTS
from schemas.documents import EVERYONE
from stores.serving import Serving
from stores.warehouse import Warehouse

EVERY_S = 0.1
"""Seconds between two revocations."""

ALL, MANY = MAX_RESULTS, 100
"""The most documents that one search asks for: all that there are, and what is many among a backlog."""


@dataclass(frozen=True)
class Sizes:
    """How much is tried in each scenario."""

    victims: int
    tries: int
    backlog: int
    patience_s: float
    frozen_s: float
    questions: int
    """Asked before and after hidden documents came."""


@dataclass(frozen=True)
class Cast:
    """The documents: those that are taken away, those that random changes happen to, those that nothing happens to."""

    victims: Sequence[str]
    changing: Sequence[str]
    still: Sequence[str]


Found = dict[str, Any]


def scored(world: World, cast: Cast, sizes: Sizes, rng: random.Random) -> Found:
    """Hidden documents come to where only visible ones were; nothing is revoked."""
    found = scores.tried(world, sizes.questions, rng.randrange(1 << 30))
    leaks = {kind: found.pop(kind) for kind in ("results", "ranks", "scores", "counts")}
    return {**found, "leaks": leaks, "load": load()}


def idle(world: World, cast: Cast, sizes: Sizes, rng: random.Random) -> Found:
    """Nothing else happens."""
    return _measured(world, cast, sizes, rng, sizes.patience_s)


def frozen(world: World, cast: Cast, sizes: Sizes, rng: random.Random) -> Found:
    """The indexer is stopped (SIGSTOP) before the first revocation and wakes after the last look."""
    pid = world.process("indexer")
    os.kill(pid, signal.SIGSTOP)
    try:
        return _measured(world, cast, sizes, rng, sizes.frozen_s)
    finally:
        with suppress(ProcessLookupError):  # somebody noticed, and replaced it
            os.kill(pid, signal.SIGCONT)


def rolled_back(world: World, cast: Cast, sizes: Sizes, rng: random.Random) -> Found:
    """A second model went live by an approval, and a rollback just made the first one live again."""
    chosen = papers.questions(world, [*cast.still, *cast.victims[:20]])
    papers.asked(world, chosen)
    _until_streamed(world, chosen)
    second_model.announce(world.stack, TENANT, *papers.judged(world, chosen, cast.still))
    say("the second model's shadow is being built")
    shown = second_model.packet(world.stack, TENANT, PATIENCE_S)
    kept = Serving.connect(world.stack.settings()).packet(TENANT, shown["packet"])
    leaks = _read(world, cast, chosen, f"{shown['content']}\n{kept.canonical()}")
    second_model.approve(world.stack, TENANT, shown["packet"])
    world.until_found(cast.still, frozenset({"board", "sales"}))
    back = tidewheel(world.stack, "rollback", "--tenant", TENANT)
    if not back.done:
        raise Unready(f"the rollback failed: {back.errors.strip()}")
    figures = _measured(world, cast, sizes, rng, sizes.patience_s)
    return figures | {"leaks": figures["leaks"] | leaks}


def backlog(world: World, cast: Cast, sizes: Sizes, rng: random.Random) -> Found:
    """So many documents wait to be indexed; more are sent whenever fewer than half of them still wait."""
    others = Population(TENANT, rng.randrange(1 << 30), prefix="backlog")
    warehouse, sent = Warehouse.connect(world.stack.settings()), 0

    def fill() -> int:
        nonlocal sent
        waiting = _waiting(warehouse, world)
        if waiting < sizes.backlog // 2:
            changes = [others.new({EVERYONE}) for _ in range(sizes.backlog - waiting)]
            world.crowd(changes)
            sent += len(changes)
        return waiting

    fill()
    deadline = time.monotonic() + PATIENCE_S
    while (began := _waiting(warehouse, world)) < sizes.backlog // 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    say(f"{began:,} documents wait to be indexed")
    figures = _measured(world, cast, sizes, rng, sizes.patience_s, fill, MANY)
    return figures | {"backlog_began": began, "backlog_ended": _waiting(warehouse, world), "backlog_sent": sent}


def _measured(
    world: World,
    cast: Cast,
    sizes: Sizes,
    rng: random.Random,
    patience_s: float,
    meanwhile: Callable[[], object] = int,
    most: int = ALL,
) -> Found:
    tried, leaked = world.tries, world.leaked
    samples = revocations.measure(world, cast.victims, EVERY_S, patience_s, meanwhile)
    until = time.monotonic()
    figures = revocations.figures(samples, until)
    say(f"{len(samples)} documents were taken away, {figures['never_hidden']} of them are shown still")
    meanwhile()
    revocations.look_again(world, samples)
    tries.search(world, [*cast.changing, *cast.victims], sizes.tries, rng, most)
    leaks = {"results": world.leaked - leaked}
    return {**figures, "samples": len(samples), "tries": world.tries - tried, "leaks": leaks, "load": load()}


def _read(world: World, cast: Cast, chosen: Sequence[papers.Question], packet: str) -> dict[str, int]:
    """Return how many hidden things the packet and a training run's report name."""
    hidden = papers.hidden_from_operators(world, [*cast.victims, *cast.still])
    sought = papers.secrets(world, hidden, chosen)
    found = {"packets": papers.leaked(packet, sought)}
    found["reports"] = papers.leaked(papers.report(world, chosen, cast.still), sought)
    for name, named in found.items():
        say(f"{name}: {len(named)} of {len(sought)} hidden things are named" + (f": {named[:3]}" if named else ""))
    return {name: len(named) for name, named in found.items()}


def _until_streamed(world: World, chosen: Sequence[papers.Question]) -> None:
    """Wait until the streams have stored the searches and openings. Raises `Unready` after `PATIENCE_S`."""
    warehouse, deadline = Warehouse.connect(world.stack.settings()), time.monotonic() + PATIENCE_S
    query = "SELECT uniqExact(event_id) AS n FROM events WHERE tenant = {tenant:String} AND event_id LIKE 'paper-%'"
    while int(warehouse.rows(query, tenant=TENANT)[0]["n"]) < 2 * len(chosen):
        if time.monotonic() > deadline:
            raise Unready("the streams did not store the searches and openings")
        time.sleep(0.5)


def _waiting(warehouse: Warehouse, world: World) -> int:
    """Return how many documents wait to be indexed in what is live."""
    return int(warehouse.query("index_counts", tenant=TENANT, collection=_live(world))[0]["pending"])


def _live(world: World) -> str:
    """Return the name of the collection that answers searches now."""
    [asked] = world.ask(["travel"], frozenset())
    return asked.answer.collection


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Say how long a part of the benchmark took."""
    began = time.monotonic()
    say(f"{name} ...")
    yield
    say(f"{name} took {time.monotonic() - began:.0f} s")


def total(leaks: Sequence[dict[str, int]]) -> dict[str, int]:
    """Return the sums of leaks by kind."""
    summed: Counter[str] = Counter()
    for found in leaks:
        summed.update(found)
    return dict(summed)
