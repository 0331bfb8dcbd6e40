"""Wrong implementations, by which it is seen that the benchmark finds them out."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from trainer.judging import bootstrap, gate
from trainer.judging.gate import GateRules
from trainer.judging.looks import LookRules

FORGETFUL, SINGLY, UNCORRECTED = "forgetful", "singly", "uncorrected"
SABOTAGE = {
    FORGETFUL: "every look is at the level of a first one",
    SINGLY: "queries are drawn one by one, whatever group they are of",
    UNCORRECTED: "every slice whose mean is below zero refuses, however little it says",
}


@contextmanager
def sabotaged(name: str) -> Iterator[None]:
    """Run a wrong implementation for the length of the block; "" runs the right one."""
    if name == FORGETFUL:
        with patch.object(LookRules, "base", lambda self, _number: self.first):
            yield
    elif name == SINGLY:
        right = bootstrap.drawn
        with patch.object(gate, "drawn", lambda d, groups, *more: right(d, list(range(len(groups))), *more)):
            yield
    elif name == UNCORRECTED:
        with patch.object(gate, "_harmed_slices", _by_mean):
            yield
    else:
        yield


def _by_mean(scores: gate.Scores, rules: GateRules) -> list[str]:
    return [name for name, found in gate.slice_intervals(scores, rules).items() if found.mean < 0]
