"""Wrong implementations, to prove that the benchmark notices.

row-copy, early-scores  searches (`bench.documents.wrong`)
open-papers             packets and reports take every document for one that everyone may see
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest.mock import patch

from bench.documents.searching import Search
from bench.documents.wrong import EarlyScoresSearch, RowCopySearch
from bench.stack import ROOT, Stack
from embedded.servers import Service
from indexer.__main__ import work
from stores.service import run

SEARCHES: dict[str, Callable[[Stack], Search]] = {"row-copy": RowCopySearch, "early-scores": EarlyScoresSearch}
OPEN_PAPERS = "open-papers"
SABOTAGE = (*SEARCHES, OPEN_PAPERS)

_MADE_IN = ("indexer.review.examples", "trainer.data.snapshot")


@contextmanager
def open_papers() -> Iterator[None]:
    """Let everything be for everyone where packets and reports are made, in this process, during the block."""
    with ExitStack() as replaced:
        for module in _MADE_IN:
            replaced.enter_context(patch(f"{module}.open_to_all", lambda acl: True))
        yield


def wrong_service(service: Service) -> Service:
    """Return the service as the sabotage runs it: the indexer from this module, others as they are."""
    if service.name != "indexer":
        return service
    environment = {**service.environment, "PYTHONPATH": str(ROOT)}
    return replace(service, argv=(sys.executable, "-m", "bench.access.sabotage"), environment=environment)


if __name__ == "__main__":
    with open_papers():
        sys.exit(run(work))
