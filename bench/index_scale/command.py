"""`python -m bench index-scale`: whether the indexer's work stays the same while documents become many.

For each size a tenant is made whose documents are all applied, on an embedded stack of its own; vectors are given,
nothing is embedded. Then, each the median of some tries:

change        one document gets another text: the CPU time until its collection shows it (planning, reading, cutting,
              recording, writing), goal 30 ms and less at every size
idle_minute   120 looks at documents that do not change
slice         2,048 documents compared with what is recorded, as the background does
cpu_ms        all of it: `own_cpu_ms` in the indexer's process, `stores_cpu_ms` in ClickHouse, Milvus and Redis (with
              whatever they do in the background meanwhile)
growth        cpu_ms at the largest size over that at 10,000 documents; goal 2 and less

Up to `--vectors` documents have their rows in Milvus Lite (`rows_in_milvus`); of larger tenants only those that the
tries touch first, because Milvus is asked by key. Exit code 1 when something grew to more than twice, 2 for the set-up.
Progress goes to stderr; the last line is JSON.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from bench.index_scale.corpus import Corpus
from bench.index_scale.measure import Meter, figures, growth
from bench.output import load, machine, say
from embedded import control
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.serving import Serving
from stores.settings import Settings
from stores.vectors import Vectors
from stores.warehouse import Warehouse

MOST_GROWTH = 2.0
FULL, QUICK = [1_000, 10_000, 100_000, 1_000_000], [1_000, 4_000]


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when nothing grew, 1 when something did, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    sizes = given.documents or (QUICK if given.quick else FULL)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    try:
        report["sizes"] = _measured(sizes, given.vectors, 5 if given.quick else 21)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report["growth"] = growth(report["sizes"])
    report |= {"quick": given.quick, "load_end": load(), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    factors = [report["growth"][what] for what in ("change", "idle_minute", "slice")]
    return 1 if any(factor is not None and factor > MOST_GROWTH for factor in factors) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench index-scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=_sizes, default=[], help="sizes, with commas between (default: to 1000000)")
    parser.add_argument("--vectors", type=int, default=100_000, help="documents at most that have rows in Milvus")
    parser.add_argument("--quick", action="store_true", help="1,000 and 4,000 documents: under a minute")
    return parser


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if any(size < 1 for size in sizes):
        raise argparse.ArgumentTypeError("a size is a number of documents, 1 at least")
    return sorted(sizes)


def _measured(sizes: list[int], vectors: int, repeats: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="tidewheel-scale-") as directory:
        home = Path(directory) / "home"
        endpoints = {"home": str(home), **control.start_in_background(home, tied=True)}
        try:
            where = Settings.model_validate(endpoints)
            warehouse = Warehouse.connect(where, 300.0)
            warehouse.migrate()
            milvus, serving, meter, found = Vectors.connect(where), Serving.connect(where), Meter(home), []
            for size in sizes:
                began = time.monotonic()
                corpus = Corpus(warehouse, milvus, size, vectors if size <= vectors else 0)
                say(f"{size:,} documents are there after {time.monotonic() - began:.0f} s")
                found.append(figures(meter, corpus, serving, repeats))
                say(f"{size:,} documents: {found[-1]}")
                milvus.drop(corpus.target.collection)
            return found
        finally:
            control.down(home)
            say("the stack is stopped")
