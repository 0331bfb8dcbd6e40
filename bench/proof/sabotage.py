"""Wrong implementations, by which it is seen that the benchmark finds them out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from indexer.indexing.sync import Target
from indexer.proof import row_check
from indexer.proof.read_back import Findings, ReadBack
from indexer.proof.sampling import Parity, Sampler

BLIND, THOROUGH, TRUSTING = "blind", "thorough", "trusting"
SABOTAGE = {
    BLIND: "vectors and authority are not compared with the record",
    THOROUGH: "one wrong row has every document made anew",
    TRUSTING: "nothing is embedded again",
}


@contextmanager
def sabotaged(name: str) -> Iterator[None]:
    """Run a wrong implementation for the length of the block; "" runs the right one."""
    if name == BLIND:
        with patch.object(row_check, "_unlike_the_record", lambda *_: ""):
            yield
    elif name == THOROUGH:
        with patch.object(ReadBack, "repair", _all_anew(ReadBack.repair)):
            yield
    elif name == TRUSTING:
        with patch.object(Sampler, "parity", lambda *_: Parity(0, 1.0, ())):
            yield
    else:
        yield


def _all_anew(repair: Callable[..., None]) -> Callable[..., None]:
    def all_anew(self: ReadBack, target: Target, findings: Findings, budget_s: float = float("inf")) -> None:
        if findings.wrong:
            findings.wrong = {name: "suspect" for name, passages in findings.passages.items() if passages}
        repair(self, target, findings, budget_s)

    return all_anew
