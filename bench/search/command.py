"""`python -m bench search`: the resident search beside a hand-written one, on the same documents in the same minutes.

Documents of the demo's corpus are indexed by the product; both services answer fresh queries over HTTP from the same
collection with the same model. The hand-written one (`bench.search.handwritten`) encodes, asks the index for a hybrid
ranking under a filter, and answers; the product also reads the serving record and every hit's current access list, and
makes snippets.

p50_ms, p95_ms      of one client, over the alternating rounds of both; `ratio_p50`, `ratio_p95`: ours to the peer's
per_second          answers a second of 1, 4 and 16 clients; `ratio_16`: ours to the peer's
cached_p50_ms       ours for queries that were asked just before
building_p95_ms     ours, of one client, while the indexer builds a shadow of all documents; `building_ratio`: to p95_ms
cli_s               median of `tidewheel search` as a process of its own, from start to end
searched            queries that found nothing, of both; they count in no ratio and should be none

Progress goes to stderr; the last line is JSON.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import urllib3

from bench.documents import second_model
from bench.documents.searching import resident_client
from bench.output import load, machine, say
from bench.search.clients import Ask, Seen, fresh, run
from bench.sender import Sender
from bench.stack import ROOT, Stack, tied
from bench.tidewheel import tidewheel
from console.embedded_stack import services
from demo.corpus import CorpusSize, arrivals, load_corpus
from embedded import control
from indexer.wiring import current_lists
from schemas.codec import encode
from schemas.documents import EVERYONE
from schemas.search import SearchRequest
from schemas.topics import DOCUMENTS, TOPICS, key_of
from stores import kafka
from stores.collection_states import GROWING, State
from stores.errors import Retryable
from stores.serving import Serving, ServingRecord

TENANT = "search"
NEEDED = ("streams", "indexer", "search")
CLIENTS = (1, 4, 16)
PATIENCE_S = 900.0
_SEALED_S = 12.0
"""After so long the index has sealed what was written last: searching it is as fast as it gets."""

FULL = {"documents": 600, "rounds": 4, "requests": 150, "cli": 7}
QUICK = {"documents": 60, "rounds": 1, "requests": 30, "cli": 1}


def main(arguments: list[str]) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        prog="python -m bench search", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few documents and requests: about a minute")
    sizes = QUICK if parser.parse_args(arguments).quick else FULL
    report: dict[str, Any] = {"load_start": load(), "machine": machine(), **sizes}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tidewheel-search-") as directory, _stack(Path(directory)) as stack:
        report |= _measured(stack, sizes)
    report |= {"seconds": round(time.monotonic() - began), "load_end": load()}
    print(orjson.dumps(report).decode(), flush=True)
    return 0


@contextmanager
def _stack(directory: Path) -> Iterator[Stack]:
    home = directory / "home"
    chosen = [service for service in services(home) if service.name in NEEDED]
    endpoints = {"home": str(home), **control.start_in_background(home, chosen, tied=True)}
    try:
        kafka.ensure_topics(endpoints["kafka_bootstrap"], TOPICS.values())
        yield Stack(endpoints, {})
    finally:
        control.down(home)


def _measured(stack: Stack, sizes: dict[str, int]) -> dict[str, Any]:
    queries, documents = _filled(stack, sizes["documents"])
    record = _indexed(stack, documents)
    ours, asked = _ours(stack), fresh(queries)
    with _handwritten(stack, record.collection) as peer:
        report = _compared(ours, peer, asked, sizes)
    repeated = queries[: sizes["requests"]]
    run(ours, iter(repeated), len(repeated), 1)
    report["cached_p50_ms"] = run(ours, iter(repeated), len(repeated), 1).at(50)
    report |= _while_building(stack, ours, asked, sizes["requests"])
    report["building_ratio"] = round(report["building_p95_ms"] / report["p95_ms"]["ours"], 2)
    report["cli_s"] = _command_line(stack, queries[0], sizes["cli"])
    return report


def _filled(stack: Stack, size: int) -> tuple[list[str], int]:
    """Send the documents; return queries over them, and how many documents there are."""
    corpus = load_corpus(CorpusSize(documents=size))
    at = datetime.now(UTC) - timedelta(days=1)
    events = [event for group in (corpus.first, corpus.second) for event in arrivals(group, TENANT, at)]
    public = [event.model_copy(update={"acl": (EVERYONE,)}) for event in events]
    Sender(stack.bootstrap).deliver([(DOCUMENTS.name, key_of(event), encode(event)) for event in public])
    queries = [query.text for group in (corpus.first, corpus.second) for query in group.queries]
    return list(dict.fromkeys(queries)), len(public)


def _indexed(stack: Stack, documents: int) -> ServingRecord:
    """Wait until every document is in the live collection; return the serving record."""
    say(f"{documents:,} documents are being indexed ...")
    deadline, lists = time.monotonic() + PATIENCE_S, current_lists(stack.settings())
    while time.monotonic() < deadline:
        record = Serving.connect(stack.settings()).record(TENANT)
        if record is not None and lists.documents(TENANT) == documents:
            (tenant,) = tidewheel(stack, "status", "--tenant", TENANT, "--json").json()["tenants"]
            if not tenant["waiting"]:
                time.sleep(_SEALED_S)
                return record
        time.sleep(1)
    raise Retryable(f"{documents:,} documents were not indexed in {PATIENCE_S:g} s")


def _ours(stack: Stack) -> Ask:
    client = resident_client(stack.home, connections=max(CLIENTS))

    def ask(query: str) -> list[str]:
        found = client.search(SearchRequest(tenant=TENANT, query=query, k=10))
        return [each.document for each in found.results]

    return ask


@contextmanager
def _handwritten(stack: Stack, collection: str) -> Iterator[Ask]:
    port_file = stack.home / "handwritten.port"
    command = [sys.executable, "-m", "bench.search.handwritten", collection, str(port_file)]
    process = subprocess.Popen(tied(command), stdin=subprocess.PIPE, cwd=ROOT, env=stack.environment())
    try:
        while not port_file.exists():
            if process.poll() is not None:
                raise Retryable("the hand-written service did not start")
            time.sleep(0.1)
        url = f"http://127.0.0.1:{port_file.read_text()}/search"
        pool = urllib3.PoolManager(maxsize=max(CLIENTS), block=True)

        def ask(query: str) -> list[str]:
            answer = pool.request("POST", url, json={"query": query, "groups": [], "k": 10})
            return list(answer.json()["documents"])

        yield ask
    finally:
        process.kill()
        process.wait()


def _compared(ours: Ask, peer: Ask, asked: Iterator[str], sizes: dict[str, int]) -> dict[str, Any]:
    """Measure both in turn, round by round, so that the machine's moods meet both."""
    systems, seen = {"ours": ours, "handwritten": peer}, dict[tuple[str, int], list[Seen]]()
    for ask in systems.values():
        run(ask, asked, 20, 4)
    for number in range(sizes["rounds"]):
        for clients in CLIENTS:
            for name, ask in list(systems.items())[:: 1 if number % 2 else -1]:
                seen.setdefault((name, clients), []).append(run(ask, asked, sizes["requests"], clients))
                say(f"{name}, {clients} clients: {seen[name, clients][-1].per_second:g} a second")
    joined = {key: _joined(rounds) for key, rounds in seen.items()}
    report: dict[str, Any] = {
        f"p{percent}_ms": {name: joined[name, 1].at(percent) for name in systems} for percent in (50, 95)
    }
    report |= {
        f"ratio_p{percent}": round(joined["ours", 1].at(percent) / joined["handwritten", 1].at(percent), 3)
        for percent in (50, 95)
    }
    report["per_second"] = {name: {str(n): joined[name, n].per_second for n in CLIENTS} for name in systems}
    report["ratio_16"] = round(joined["ours", 16].per_second / joined["handwritten", 16].per_second, 2)
    report["empty"] = {name: sum(joined[name, n].empty for n in CLIENTS) for name in systems}
    return report


def _joined(rounds: list[Seen]) -> Seen:
    return Seen(
        [latency for one in rounds for latency in one.latencies],
        sum(one.seconds for one in rounds),
        sum(one.empty for one in rounds),
    )


def _while_building(stack: Stack, ours: Ask, asked: Iterator[str], requests: int) -> dict[str, Any]:
    """Measure one client while a second model's shadow is built, for as long as it is."""
    second_model.announce(stack, TENANT)
    serving, deadline = Serving.connect(stack.settings()), time.monotonic() + PATIENCE_S

    def state() -> str:
        found = {each.model: each.collection for each in serving.collections(TENANT).values()}
        return serving.states(TENANT).get(found.get(second_model.MODEL, ""), "")

    while state() not in GROWING:
        if time.monotonic() > deadline:
            raise Retryable("no shadow was begun")
        time.sleep(0.1)
    rounds = list[Seen]()
    while state() in GROWING - {State.VERIFYING} and time.monotonic() < deadline:
        rounds.append(run(ours, asked, max(10, requests // 10), 1))
    if not rounds:
        raise Retryable("the shadow was built before anything could be measured; take more documents")
    seen = _joined(rounds)
    return {"building_p50_ms": seen.at(50), "building_p95_ms": seen.at(95), "building_requests": len(seen.latencies)}


def _command_line(stack: Stack, query: str, times: int) -> float:
    """Return the median seconds of `tidewheel search` as people run it."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        ended = tidewheel(stack, "search", query, "--tenant", TENANT)
        seconds.append(time.perf_counter() - began)
        if not ended.done:
            raise Retryable(ended.errors.strip())
    return round(float(np.median(seconds)), 2)
