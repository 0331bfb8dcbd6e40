"""How far a run is, in one line: which bar it is that fills, and how it ended."""

import pytest

from console.how_far import how_far

FIT = {"state": "fit", "step": "fit (5/8)"}


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({}, ""),
        ({"state": "fit"}, "fit"),
        ({**FIT, "stage": "", "done": "", "total": "", "loss": "", "eta_s": ""}, "fit (5/8)"),
        (
            {**FIT, "stage": "learning the map of queries", "done": "3", "total": "10"},
            "fit (5/8), learning the map of queries, 3 of 10",
        ),
        (
            {**FIT, "stage": "learning the weights of the model", "done": "20", "total": "400", "loss": "0.5",
             "eta_s": "2103.0"},
            "fit (5/8), learning the weights of the model, 20 of 400, loss 0.5, 35 min left",
        ),
        ({"state": "ended", "step": "ended", "verdict": "LOSS"}, "ended, LOSS"),
        ({**FIT, "verdict": "LOSS"}, "fit (5/8)"),
    ],
)  # fmt: skip
def test_a_run_says_its_step_and_its_stage_before_how_much_of_it_is_done(run: dict[str, str], words: str) -> None:
    assert how_far(run) == words
