"""Wrong implementations, by which it is seen that the benchmark finds them out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from trainer.judging import bootstrap, gate
from trainer.judging.bootstrap import Interval
from trainer.judging.gate import GateRules
from trainer.judging.looks import LookRules
from trainer.judging.model_tests import Tally

FORGETFUL, SINGLY, UNCORRECTED, POINTWISE = "forgetful", "singly", "uncorrected", "pointwise"
SABOTAGE = {
    FORGETFUL: "every look is at the level of a first one",
    SINGLY: "queries are drawn one by one, whatever group they are of",
    UNCORRECTED: "every slice whose mean is below zero refuses, however little it says",
    POINTWISE: "a behaviour of which a tenth of the tests is lost on balance refuses, before anything else is asked",
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
        with patch.object(gate, "_harmed_parts", _by_mean):
            yield
    elif name == POINTWISE:
        with patch.object(gate, "_answer", _pointwise(gate._answer)):
            yield
    else:
        yield


def _by_mean(scores: gate.Scores, _behaviours: Mapping[str, Tally], rules: GateRules) -> list[str]:
    return [name for name, found in gate.slice_intervals(scores, rules).items() if found.mean < 0]


def _pointwise(right: Callable[..., Any]) -> Callable[..., Any]:
    def answer(scores: gate.Scores, found: Interval, behaviours: Mapping[str, Tally], *more: Any) -> Any:  # noqa: ANN401  # as the gate's own
        harmed = [name for name, tally in behaviours.items() if tally.live - tally.candidate >= 0.1 * tally.tests]
        return ("LOSS", tuple(harmed)) if harmed else right(scores, found, behaviours, *more)

    return answer
