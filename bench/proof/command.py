"""`python -m bench proof`: damage is put straight into a collection; the proof and the audit must find and mend it.

A collection of generated pages is filled by the base model. Then every kind of damage (`bench.proof.damage`) is planted
alone, behind the indexer's back, and the collection is read back, mended, and compared with what it held before, row by
row and vector by vector. One kind is wrong from the start: the embedding store, the record and the row agree on wrong
vectors, and only a sample that is embedded again can tell. At the end all kinds are planted together, and the audit of
what serves has one pass, of twelve hours by its clock, to find and mend them.

kinds             by kind: `planted` documents and foreign rows, of these `found` and `mended`; `touched` documents that
                  were made anew and had nothing wrong; `seconds` of reading, mending and reading again
planted, found, mended, touched    their sums
audit             the same of the pass at the end; a row under another document's name counts twice in `found`
proof             of the collection at the end: passages, how many were embedded again, drawn by which seed, the least
                  cosine, recall@10 of the index, seconds

Exit code 1 unless everything planted was found and mended and nothing else touched. `--sabotage` runs a wrong
implementation (`bench.proof.sabotage`), which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import logging
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bench.output import load, machine, say
from bench.proof.damage import KINDS, SAMPLED, Kind, Planted
from bench.proof.sabotage import SABOTAGE, sabotaged
from bench.proof.world import Shown, World, running
from indexer.proof.audit import AuditConfig, Auditor
from indexer.proof.verify import Verifier, VerifyConfig
from stores.errors import Misconfigured
from stores.exit_codes import command_status

FULL, QUICK = 3_000, 200
COUNTED = ("planted", "found", "mended", "touched")
AGAIN = 0.99999
"""The least cosine of a vector that was mended by embedding its text again: in a batch of another shape its last bits
differ. Mended otherwise, it has the very bits of before."""

Rows = Mapping[str, Shown]


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when all was found and mended, 1 when not, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    logging.disable(logging.ERROR)  # every fault that is planted is logged when it is found
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    try:
        with running(given.seed) as world, sabotaged(given.sabotage):
            report |= _report(world, given)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"quick": given.quick, "seed": given.seed, "load_end": load()}
    report |= {"seconds": round(time.monotonic() - began)}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    return 0 if _sound(report) and _sound(report["audit"]) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} pages instead of {FULL:,}: about a minute")
    parser.add_argument("--pages", type=int, default=0, help="how many pages instead")
    parser.add_argument("--seed", type=int, default=1, help="of the pages and of what is damaged (default: 1)")
    parser.add_argument("--sabotage", choices=("", *SABOTAGE), default="", help="run a wrong implementation")
    return parser


def _sound(counted: Mapping[str, int]) -> bool:
    return counted["planted"] <= counted["found"] and counted["planted"] == counted["mended"] and not counted["touched"]


def _report(world: World, given: argparse.Namespace) -> dict[str, Any]:
    pages = given.pages or (QUICK if given.quick else FULL)
    say(f"filling a collection of {pages:,} pages")
    world.fill(pages)
    before, rng = world.shown(), random.Random(given.seed)
    kinds = {name: _tried(world, name, kind, before, rng) for name, kind in {**KINDS, **SAMPLED}.items()}
    audited = _audited(world, world.shown(), rng)
    began = time.monotonic()
    proof = Verifier(world.sync, VerifyConfig(), _now).verify(world.target).proof
    about = proof.model_dump() | {"seconds": round(time.monotonic() - began, 1)}
    sums = {name: sum(one[name] for one in kinds.values()) for name in COUNTED}
    return {"pages": pages, "rows": len(before), **sums, "kinds": kinds, "audit": audited, "proof": about}


def _tried(world: World, name: str, kind: Kind, before: Rows, rng: random.Random) -> dict[str, Any]:
    """Plant one kind of damage, have it found and mended, and count."""
    verifier = Verifier(world.sync, VerifyConfig(), _now)
    planted, began, at = kind(world, world.rows(), rng), time.monotonic(), _now()
    findings, least = (verifier.look(world.target), AGAIN) if name in SAMPLED else (verifier.read(world.target), 1.0)
    found = planted & {*findings.wrong, *findings.foreign}
    verifier.mend(world.target, findings)
    counted = {
        "planted": len(planted), "found": len(found), "mended": _mended(planted, before, world.shown(), least),
        "touched": len(_made_anew(world, at) - planted), "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip
    say(f"{name}: {counted}")
    return counted


def _audited(world: World, before: Rows, rng: random.Random) -> dict[str, Any]:
    """Plant every kind that reading finds, and let the audit have its pass."""
    planted: Planted = frozenset()
    for kind in KINDS.values():
        planted |= kind(world, world.rows(), rng)
    at, ahead = _now(), timedelta()
    auditor = Auditor(world.sync, world.serving, AuditConfig(), lambda: datetime.now(UTC) + ahead)
    found, slices = auditor.look(world.target, float("inf")), 0
    while True:
        ahead += timedelta(minutes=1)
        found += auditor.look(world.target, float("inf"))
        slices += 1
        audit = world.serving.audits.get(world.target.tenant, world.target.collection)
        if audit and audit.whole_at:
            break
    counted = {
        "planted": len(planted), "found": found, "mended": _mended(planted, before, world.shown()),
        "touched": len(_made_anew(world, at) - planted), "hours": round(ahead.total_seconds() / 3_600, 1),
    }  # fmt: skip
    say(f"audit: {counted}")
    return counted


def _mended(planted: Planted, before: Rows, now: Rows, least: float = 1.0) -> int:
    """Return how many of what was damaged is as it was before; none when anything else is not."""
    same = {key for key in before.keys() & now.keys() if before[key].same(now[key], least)}
    wrong = (before.keys() | now.keys()) - same
    of_planted = {key: name for key in wrong for name in planted if key == name or key.rpartition("#")[0] == name}
    return len(planted - {*of_planted.values()}) if wrong == of_planted.keys() else 0


def _made_anew(world: World, since: datetime) -> frozenset[str]:
    return frozenset(world.sync.documents.changed(world.target.tenant, world.target.collection, since))


def _now() -> datetime:
    return datetime.now(UTC)
