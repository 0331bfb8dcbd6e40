"""`python -m bench retrieval`: how well documents are found, by meaning, by words, and by both as they are served.

The packaged MiniLM as it comes, on this machine's CPUs, no server: passages, terms and ranking are those of the search
and of the gate (a test holds the two against each other on Milvus).

labelled   the demo's documents and the headings that people wrote over them: nDCG@10 of vectors alone (`ndcg_dense`),
           words alone (`ndcg_words`), both with even weights (`ndcg_even`) and with the weight that a quarter of the
           queries chose (`ndcg_chosen`); the other queries are judged. `ndcg_words_clicked`, `ndcg_even_clicked` and
           `ndcg_chosen_clicked` have a third ranking, of words that have the quarter's queries, too, as if people had
           clicked after them; half of them choose how much it counts (`chosen_clicked`)
places     pages of at least 3,000 words made of Python's own topics: the share of sentences whose page is among the
           first three, where they stand at its start, in its middle, and at its end (the same sentences, moved), and
           that at the end over that at the start (goal: 0.9)
languages  small Chinese, Japanese, German and Arabic texts: the share of exact phrases whose text words alone put
           first (goal: 0.9); of German compounds the same for their last words (`compounds`)
unread     word pieces of passages that the encoder does not read (goal: 0)

Exit code 1 when a goal is not met, 2 for the set-up. Progress goes to stderr; the last line of stdout is JSON.
"""

import argparse
import time
from random import Random
from typing import Any

import orjson

from bench.output import load, machine, say
from bench.retrieval import labelled, languages, places
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, use_threads
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.shelf import base_model

GOAL = 0.9
FULL, QUICK = (600, 20, 8), (60, 3, 4)
"""Documents of each group of the demo, long pages, sentences of each."""


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when every goal is met, 1 when one is not, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    try:
        report |= _measured(*(QUICK if given.quick else FULL), Random(given.seed))
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    missed = missed_goals(report)
    report |= {"missed": missed, "quick": given.quick, "seed": given.seed, "load_end": load()}
    report |= {"seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench retrieval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer documents and pages: under a minute")
    parser.add_argument("--seed", type=int, default=1, help="of the sentences that are asked for (default: 1)")
    return parser


def _measured(documents: int, pages: int, sentences: int, rng: Random) -> dict[str, Any]:
    config = EncoderConfig()
    use_threads(config.threads)
    encoder = Encoder(base_model(), config)
    found: dict[str, Any] = {"languages": languages.measured(encoder)}
    say(f"languages: {found['languages']}")
    found["places"] = places.measured(encoder, pages, sentences, rng)
    say(f"places: {found['places']}")
    found["labelled"] = labelled.measured(encoder, documents)
    say(f"labelled: {found['labelled']}")
    return found


def missed_goals(report: dict[str, Any]) -> list[str]:
    """Return which goals the figures miss. A pure rule."""
    by_words = {f"phrases in {name}": report["languages"][name]["found"] for name in languages.texts()}
    shares = {"the end of a page": report["places"]["end_of_start"], **by_words}
    left_out = report["places"]["unread_pieces"] + report["languages"]["unread_pieces"]
    return [name for name, share in shares.items() if share < GOAL] + (["unread word pieces"] if left_out else [])
