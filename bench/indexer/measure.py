"""The measurements: a whole build beside bare encoding, then what is embedded again without need."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import orjson

from bench.documents import second_model
from bench.indexer.documents import with_a_sentence_changed
from bench.indexer.process import Process
from bench.indexer.world import OTHER, TENANT, World
from bench.output import say
from bench.retrieval.pages import Page
from bench.stack import ROOT, tied
from retrieval.passages import split
from stores.collection_states import State
from stores.shelf import BASE
from stores.vector_rows import collection_name

PATIENCE_S = 3_600.0
_TIMES_AGAIN = 4
"""Bare encoding is repeated on one in so many passages after the build: the machine's other work meets both."""


def measured(world: World, indexer: Process, pages: Mapping[str, Page], edits: int) -> dict[str, Any]:
    """Return all figures over these documents; `edits` of them get one sentence changed."""
    passages = [text for page in pages.values() for text in split(page.title, page.body, world.pieces).passages]
    say(f"{len(pages):,} documents have {len(passages):,} passages, {len(set(passages)):,} different ones")
    bare = [_bare(world, passages, 1)]
    say(f"bare encoding: {bare[0]['texts'] / bare[0]['seconds']:.1f} passages/s")
    _live(world, indexer, pages, passages)
    build = _build(world, indexer, len(passages))
    bare.append(_bare(world, passages, _TIMES_AGAIN))
    bare_rate = sum(one["texts"] for one in bare) / sum(one["seconds"] for one in bare)
    say(f"the build: {build}; bare {bare_rate:.1f} passages/s")
    found = {
        "documents": len(pages), "passages": len(passages), "different": len(set(passages)),
        "vs_bare_encode": round(build["passages_per_s"] / bare_rate, 3),
        "ceiling": round(len(passages) / (build["embedded"] + build["sampled"]), 3),
        "bare_passages_per_s": [round(one["texts"] / one["seconds"], 1) for one in bare], "build": build,
        "unchanged_reembedded": _unchanged(world, indexer, len(pages)),
        "one_sentence_reembedded": _edited(world, indexer, pages, edits),
        "after_kill_reembedded": _killed(world, indexer, pages),
    }  # fmt: skip
    return found | {"rss_mib_peak": round(indexer.rss_mib)}


def _bare(world: World, passages: list[str], share: int) -> dict[str, float]:
    """Encode each `share`-th passage with the model's library alone; return how many and in what time."""
    files = [str(world.texts_file(passages)), str(world.vectors_file), str(share)]
    command = tied([sys.executable, "-m", "bench.indexer.bare", *files])
    done = subprocess.run(command, cwd=ROOT, env=world.stack.environment(), stdout=subprocess.PIPE, check=True)
    return dict(orjson.loads(done.stdout))


def _live(world: World, indexer: Process, pages: Mapping[str, Page], passages: list[str]) -> None:
    """Have the base model's collection filled from vectors that are there already, so that something is live."""
    world.remember(passages)
    world.write(TENANT, pages)
    indexer.start()
    took = indexer.wait(lambda: world.whole(TENANT, BASE, len(pages)), PATIENCE_S)
    say(f"live was filled from stored vectors in {took:.0f} s")


def _build(world: World, indexer: Process, passages: int) -> dict[str, Any]:
    """Have a second model's shadow built, verified and compared; return where the time went."""
    collection = collection_name(TENANT, second_model.MODEL)
    second_model.announce(world.stack, TENANT, files=world.second_files())
    manifest = world.shelf.manifest(TENANT, second_model.MODEL)

    def state() -> str:
        return world.serving.states(TENANT).get(collection, "")

    def ended() -> bool:
        return state() in {State.READY, State.FAILED}

    indexer.wait(lambda: bool(state()), PATIENCE_S)
    filling = indexer.wait(lambda: state() == State.VERIFYING or ended(), PATIENCE_S)
    seconds = filling + indexer.wait(ended, PATIENCE_S)
    about = world.serving.collection(TENANT, collection)
    if state() != State.READY or about is None or about.proof is None:
        raise ValueError(f"the shadow is {state()}: {about.note if about else 'nothing is known of it'}")
    return {
        "passages_per_s": round(passages / seconds, 1), "seconds": round(seconds, 1),
        "filling_s": round(filling, 1), "encoding_s": round(indexer.encoding_s(manifest, False), 1),
        "verifying_s": round(seconds - filling, 1), "sample_encoding_s": round(indexer.encoding_s(manifest, True), 1),
        "embedded": indexer.embedded(manifest), "sampled": about.proof.sampled,
    }  # fmt: skip


def _unchanged(world: World, indexer: Process, documents: int) -> int:
    """Return how many texts are embedded when the process starts again and finds its collection lost."""
    before = indexer.embedded(world.base)
    indexer.kill()
    world.lose(TENANT, BASE)
    indexer.start()
    lost = collection_name(TENANT, BASE)
    indexer.wait(lambda: world.vectors.exists(lost), PATIENCE_S)
    indexer.wait(lambda: world.whole(TENANT, BASE, documents), PATIENCE_S)
    return indexer.embedded(world.base) - before


def _edited(world: World, indexer: Process, pages: Mapping[str, Page], edits: int) -> int:
    """Return how many texts are embedded, at most, when one sentence of a document changes."""
    most = 0
    for change in with_a_sentence_changed(pages, edits):
        before = indexer.embedded(world.base)
        world.write(TENANT, {change.name: change.page}, change.version)
        indexer.wait(lambda: world.whole(TENANT, BASE, len(pages)), PATIENCE_S)
        again = indexer.embedded(world.base) - before
        say(f"one sentence of {change.name}: {again} embedded")
        most = max(most, again)
    return most


def _killed(world: World, indexer: Process, pages: Mapping[str, Page]) -> int:
    """Return how many texts are embedded twice when the indexer is killed in the middle of filling a collection."""
    some = {name: page for number, (name, page) in enumerate(pages.items()) if number % 3 == 0}
    different = len({text for page in some.values() for text in split(page.title, page.body, world.pieces).passages})
    before = indexer.embedded(world.base)
    world.write(OTHER, some)
    indexer.wait(lambda: indexer.embedded(world.base) - before >= different / 2, PATIENCE_S)
    indexer.kill()
    say(f"killed after {indexer.embedded(world.base) - before} of {different} different passages")
    indexer.start()
    indexer.wait(lambda: world.whole(OTHER, BASE, len(some)), PATIENCE_S)
    return indexer.embedded(world.base) - before - different
