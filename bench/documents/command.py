"""`python -m bench documents`: nine years of changes of a real handbook replayed, the collection held against the end.

Every change (made, changed, renamed, deleted) is an event, sent to Kafka one after another as fast as the broker takes
them; streams and indexer run as services on an embedded stack, with the packaged base model. After each of some parts
of the changes it is waited until the indexer has nothing left to apply. At the end the collection is read by key, for
every document that ever was, and compared with the handbook as it was published after its last change: title, text of
every passage, version.

missing, extra, different   documents of which the collection shows nothing, that it should not show, or that it shows
                            in another form; all must be 0
changes_per_s               changes, from the first sent until the collection shows the last (goal: 100); a document
                            that changes again before its turn is applied once, at its newest version
applied                     documents that were written or removed, of all those changes
embedded_passages           passages that the model embedded; `reused_passages` those whose vector was there already

Exit code 1 when the collection is not the handbook, 2 for the set-up. `--sabotage` runs a wrong indexer
(`bench.documents.counted`), which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bench.access.world import PATIENCE_S, Unready, World, running
from bench.documents import handbook
from bench.documents.counted import SABOTAGE, counting
from bench.documents.handbook import Change, Final
from bench.documents.replayed import Verdict, by_document, held_against
from bench.output import load, machine, say
from bench.stack import ROOT
from indexer.feed.documents import Documents, DocumentState
from retrieval.config import EncoderConfig
from retrieval.word_pieces import WordPieces
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.shelf import BASE, base_model
from stores.vector_rows import collection_name, primary_key
from stores.vectors import Vectors
from stores.warehouse import Warehouse

DATA = ROOT.parent / "shared" / "data" / "18f-handbook"
QUICK, PARTS = 200, 4
TENANT = "handbook"
COLLECTION = collection_name(TENANT, BASE)
NAMED = 3
"""Wrong documents that are named each; all are counted."""

_AT_ONCE = 100
_LOOK_EVERY_S = 0.5
WRONG = ("missing", "extra", "different")


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when all is as it was published, 1 when not, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    try:
        report |= _played(given)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    except Unready as error:
        report |= {"failed": str(error)}
    report |= {"quick": given.quick, "load_end": load()}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if "failed" in report or any(report[name] for name in WRONG) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench documents", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="the handbook's changes (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help=f"the first {QUICK} changes alone: about a minute")
    parser.add_argument("--changes", type=int, default=0, help="how many of the first changes instead")
    parser.add_argument(
        "--parts", type=int, default=PARTS, help="of the changes, each waited for (default: %(default)s)"
    )
    parser.add_argument("--sabotage", choices=("", *SABOTAGE), default="", help="run a wrong indexer")
    return parser


def _replay(given: argparse.Namespace) -> tuple[list[Change], dict[str, Final]]:
    """Return the changes to replay, and what the documents are after them."""
    every = handbook.changes(given.data)
    known = every[: given.changes or (QUICK if given.quick else len(every))]
    final = handbook.replayed(known)
    if len(known) < len(every):
        return known, final
    return known, handbook.last_corpus(given.data, {name: one.version for name, one in final.items()})


def _played(given: argparse.Namespace) -> dict[str, Any]:
    known, final = _replay(given)
    with tempfile.TemporaryDirectory(prefix="tidewheel-documents-") as directory:
        counts = Path(directory) / "counts.json"
        with running(0, changed=partial(counting, counts=counts, sabotage=given.sabotage)) as world:
            documents, began = Documents(Warehouse.connect(world.stack.settings())), time.monotonic()
            for first, end in parts(len(known), given.parts):
                _send(world, known[first:end], first + 1)
                say(f"{end:,} changes sent, {time.monotonic() - began:.1f} s")
                _settle(documents, known[:end])
            settled_s, ever = time.monotonic() - began, handbook.named(known)
            verdict = _verdict(world, ever, final)
            return {
                "changes": len(known), "documents_ever": len(ever), "documents_final": len(final),
                **{name: len(getattr(verdict, name)) for name in WRONG}, "seconds": round(settled_s, 1),
                "changes_per_s": round(len(known) / settled_s, 1), **orjson.loads(counts.read_bytes()),
            }  # fmt: skip


def parts(changes: int, wanted: int) -> list[tuple[int, int]]:
    """Return where each of `wanted` parts of like size begins and ends, fewer when there are fewer changes. Pure."""
    size = max(1, -(-changes // wanted))
    return [(first, min(first + size, changes)) for first in range(0, changes, size)]


def _send(world: World, known: Sequence[Change], number: int) -> None:
    """Send these changes, the first of which has this number, in their order."""
    for start in range(0, len(known), _AT_ONCE):
        chunk = enumerate(known[start : start + _AT_ONCE], number + start)
        world.deliver([record for at, change in chunk for record in handbook.records(TENANT, change, at)])


def _settle(documents: Documents, known: Sequence[Change]) -> None:
    """Wait until the indexer has recorded the last of these changes for each document.

    Raises `Unready` when nothing was recorded for `PATIENCE_S`.
    """
    ever, final = handbook.named(known), handbook.replayed(known)
    last, moved = -1, time.monotonic()
    while True:
        states = documents.among(TENANT, COLLECTION, ever)
        left = [name for name in ever if not shown_as(states.get(name), final.get(name))]
        if not left:
            return
        if len(left) != last:
            last, moved = len(left), time.monotonic()
            say(f"{last:,} documents are still to come")
        if time.monotonic() - moved > PATIENCE_S:
            raise Unready(f"{len(left)} documents are not indexed, {left[0]} for one")
        time.sleep(_LOOK_EVERY_S)


def shown_as(state: DocumentState | None, final: Final | None) -> bool:
    """Return whether the record says that the collection shows a document as it is after the last change. Pure."""
    if state is None or state.outstanding:
        return False
    return state.pending.gone if final is None else state.pending.version == final.version and not state.pending.gone


def _verdict(world: World, ever: Sequence[str], final: Mapping[str, Final]) -> Verdict:
    """Return what is wrong with the collection, read by key for every document that ever was."""
    vectors = Vectors.connect(world.stack.settings())
    keys = {primary_key(*key) for key in vectors.keys_of(COLLECTION, ever)} | {*vectors.scan_keys(COLLECTION)}
    pieces = WordPieces.of(base_model(), EncoderConfig())
    verdict = held_against(by_document(vectors.rows(COLLECTION, sorted(keys))), final, pieces)
    for name in WRONG:
        for document in getattr(verdict, name)[:NAMED]:
            say(f"{name}: {document}")
    return verdict
