"""`python -m bench NAME [options]`: every published figure is one command; without a name, the list of them."""

import sys
from importlib import import_module

BENCHES = {
    "streams": "events a second through Kafka, sessions, pairs and ClickHouse, beside Faust, Quix Streams, a floor",
    "faults": "injected faults over a running flow: nothing missing, doubled, different, resurrected, leaked, claimed",
    "retrieval": "nDCG of meaning, words and both; sentences at the end of long pages; phrases in other languages",
    "recipe": "which rate, temperature, passes and batches learn best from clicks of which some are wrong",
    "synthetic": "what queries of documents' own words add where few people click",
    "trainer": "what training gains, rung by rung, beside a plain script with the same pairs and time, and words",
    "gate": "how often the gate is wrong, at one look and over twelve; power; queries that it says are needed",
    "verdicts": "whether a verdict by clicks agrees with what is true, beside clicks as they are",
    "holdout": "a year of runs: whether anything that tested taught, or the reverse; what can still be tested",
    "drift": "false requests of drift on quiet histories, and how soon it finds drifts, by the product's own rules",
    "indexer": "passages a second of a whole build beside bare encoding; what is embedded twice; memory",
    "proof": "kinds of damage to a collection, each planted, found, mended, and nothing else touched",
    "freshness": "seconds from a change to its being found: idle, at 50 changes a second, while another tenant imports",
    "cutover": "cutovers and rollbacks under searches and document changes: nothing failed, mixed, resurrected, leaked",
    "adopt": "a model of another dimension from a package: offered, judged, live, rolled back, under searches",
    "index-scale": "CPU of one change, an idle minute and one slice of the indexer, from 1,000 to 1,000,000 documents",
    "search": "latency and throughput of the resident search, beside a hand-written one and beside a build",
    "documents": "a handbook's changes replayed: the collection held against its end, document by document",
    "gateway": "events a second of one gateway, beside a bare endpoint; what is lost when it is killed",
    "access": "milliseconds until a revocation or deletion holds in search, and leaks in thousands of tries",
}
"""Name of the benchmark (its package here, with `_` for `-`, has `command.main(arguments)`) and what it measures."""


def main(arguments: list[str]) -> int:
    """Run one benchmark and return its exit code; 2 for an unknown name."""
    if not arguments or arguments[0] not in BENCHES:
        print("usage: python -m bench NAME [--help]\n")
        for name, about in BENCHES.items():
            print(f"  {name:<11} {about}")
        return 0 if not arguments or arguments[0] in ("-h", "--help") else 2
    run = import_module(f"bench.{arguments[0].replace('-', '_')}.command").main
    return int(run(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
