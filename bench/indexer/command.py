"""`python -m bench indexer`: how fast the indexer makes a proven collection of real documents, and what it makes twice.

Documents are botocore's operations and Python's own topics: 15 % copies of others, some near-empty, some of 5,000
words. The indexer's own process fills, verifies and compares a second model's collection (the base model's weights
under another manifest) on an embedded stack, while the base model's is live.

vs_bare_encode           passages a second of the whole build, from its start to its packet, divided by those of bare
                         `SentenceTransformer.encode` of the same passages, length-sorted, in batches of 32, with as
                         many threads and the same priority, before the build and after it; goal 1.0 and more
build                    `filling_s` (of it in the model: `encoding_s`), `verifying_s` (`sample_encoding_s`); texts
                         `embedded` and, for the proof, embedded again (`sampled`)
ceiling                  what `vs_bare_encode` would be if nothing but the model took any time: all passages divided by
                         those that the build and its proof embed
unchanged_reembedded     texts embedded after a restart that finds the live collection lost; goal 0
one_sentence_reembedded  passages embedded, at most, when one sentence in the middle of a document changes; goal 2
after_kill_reembedded    passages embedded twice when `kill -9` meets the middle of a build; goal 128 and fewer
rss_mib_peak             the most memory that an indexer's process has had, MiB; goal 1,500 and less

`vs_bare_encode` rests on how many passages there are: a proof embeds up to 3,000 again however few there are. Exit code
1 when another goal is missed, or that one in a full run; 2 for the set-up. `--sabotage forgetful` runs an embedding
store that never finds anything, which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from bench.indexer.documents import documents
from bench.indexer.measure import measured
from bench.indexer.world import running
from bench.output import load, machine, say
from stores.errors import Misconfigured
from stores.exit_codes import command_status

FULL, QUICK = 3_000, 300
FULL_EDITS, QUICK_EDITS = 20, 4
LEAST_RATIO = 1.0
MOST = {"unchanged_reembedded": 0, "one_sentence_reembedded": 2, "after_kill_reembedded": 128, "rss_mib_peak": 1_500}
"""The goals: what each figure may be at most."""


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when the goals are met, 1 when not, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began, pages = time.monotonic(), documents(given.documents or (QUICK if given.quick else FULL))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="tidewheel-indexer-") as directory,
            running(Path(directory), bool(given.sabotage)) as (world, indexer),
        ):
            report |= measured(world, indexer, pages, QUICK_EDITS if given.quick else FULL_EDITS)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    small = given.quick or bool(given.documents)
    report["missed"] = missed(report, with_speed=not small)
    report |= {"quick": given.quick, "load_end": load(), "seconds": round(time.monotonic() - began)}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if report["missed"] else 0


def missed(figures: Mapping[str, Any], with_speed: bool) -> list[str]:
    """Return the figures that miss their goal."""
    over = [name for name, most in MOST.items() if figures[name] > most]
    return [*over, "vs_bare_encode"] if with_speed and figures["vs_bare_encode"] < LEAST_RATIO else over


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench indexer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} documents instead of {FULL:,}: two minutes")
    parser.add_argument("--documents", type=int, default=0, help="how many documents instead")
    parser.add_argument("--sabotage", choices=("", "forgetful"), default="", help="run a wrong implementation")
    return parser
