"""How long a revocation or deletion takes until no search shows the document any more.

The time runs from the broker's acknowledgement of the event until the beginning of the first search that does not show
the document. What is never hidden within the patience counts with the time that it was waited for.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from bench.access.world import AT_ONCE, World
from bench.documents.population import Change

READERS = frozenset({"sales", "law"})
"""The list of a document before it is taken from `SEEKER`, who is in one of its groups."""

SEEKER = frozenset({"sales"})
LEFT = frozenset({"law"})
MEANWHILE_S = 3.0
FEW = 2
PATIENT = 10
"""With so many documents under way the next follows after `PATIENT` times as long: a search for many takes its time."""

KINDS = ("narrowed", "narrowed_same_version", "deleted")


@dataclass(slots=True)
class Sample:
    """One revocation or deletion under way."""

    kind: str
    document: str
    acknowledged: float
    hidden_after_s: float | None = None


def prepare(world: World, documents: Sequence[str]) -> None:
    """Give all documents back to their readers and wait until they are found."""
    readable = [world.population.relist(document, READERS) for document in documents]
    world.send(readable)
    world.until_found(documents, SEEKER)


def measure(
    world: World, documents: Sequence[str], every_s: float, patience_s: float, meanwhile: Callable[[], object]
) -> list[Sample]:
    """Take each document away in turn, one in `every_s` seconds, and search for all that are still shown.

    `meanwhile` is called every `MEANWHILE_S` seconds. Returns after all are hidden, or `patience_s` seconds after the
    last was taken away.
    """
    kinds, left, samples = cycle(KINDS), list(reversed(documents)), list[Sample]()
    waiting: list[Sample] = []
    called_at = sent_at = last_at = time.monotonic()
    while left or (waiting and time.monotonic() - last_at < patience_s):
        pause_s = every_s * (PATIENT if len(waiting) >= FEW else 1)
        if left and time.monotonic() >= sent_at + pause_s:
            sent_at, kind, document = time.monotonic(), next(kinds), left.pop()
            last_at = world.send([_taken(world, kind, document)])
            waiting.append(Sample(kind, document, last_at))
            samples.append(waiting[-1])
        if time.monotonic() >= called_at + MEANWHILE_S:
            called_at = time.monotonic()
            meanwhile()
        if waiting:
            waiting = [*waiting[AT_ONCE:], *_still_shown(world, waiting[:AT_ONCE])]
        else:
            time.sleep(max(0.0, min(sent_at + pause_s - time.monotonic(), 0.05)))
    return samples


def look_again(world: World, samples: Sequence[Sample]) -> None:
    """Search once more for all that was taken away; the world counts what is shown again and should not be."""
    for part in _parts(samples):
        world.unfound([sample.document for sample in part], SEEKER)


def figures(samples: Sequence[Sample], until: float) -> dict[str, float | int | None]:
    """Return the percentiles in milliseconds; what was never hidden counts as hidden at `until` (monotonic)."""
    found: dict[str, float | int | None] = {"never_hidden": sum(sample.hidden_after_s is None for sample in samples)}
    for name, kinds in {
        "revocation": KINDS[:2],
        "same_version": KINDS[1:2],
        "deletion": KINDS[2:],
    }.items():
        times = [_seconds(sample, until) * 1_000 for sample in samples if sample.kind in kinds]
        for percent in (50, 99):
            found[f"{name}_p{percent}_ms"] = round(float(np.percentile(times, percent)), 1) if times else None
    return found


def _seconds(sample: Sample, until: float) -> float:
    return until - sample.acknowledged if sample.hidden_after_s is None else sample.hidden_after_s


def _taken(world: World, kind: str, document: str) -> Change:
    if kind == "deleted":
        return world.population.delete(document)
    return world.population.relist(document, LEFT, same_version=kind == "narrowed_same_version")


def _still_shown(world: World, samples: Sequence[Sample]) -> list[Sample]:
    """Search for documents, note which are hidden by now, and return the others."""
    asked = world.ask([world.population.word(sample.document) for sample in samples], SEEKER)
    shown = []
    for sample, one in zip(samples, asked, strict=True):
        if sample.document in one.documents:
            shown.append(sample)
        else:
            sample.hidden_after_s = max(0.0, one.began - sample.acknowledged)
    return shown


def _parts(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    return (samples[start : start + AT_ONCE] for start in range(0, len(samples), AT_ONCE))
