"""What rungs gain on validation queries: as they would be served, over live as it serves."""

from dataclasses import replace

import numpy as np
import pytest

from schemas.fusion import EVEN, Fusion
from tests.trainer.turned import NAMES, VALIDATION, WIDTH, questions, vectors
from trainer.judging.corpus import Vectors
from trainer.judging.exposure import Labels
from trainer.judging.validation import Validation

ASKED = questions()
LIVE = vectors(ASKED)
PASSAGES = len(ASKED.corpus.texts)
RIGHT = np.concatenate([LIVE[:PASSAGES], np.roll(LIVE[PASSAGES:], WIDTH // 2, axis=1)])


def test_a_better_model_gains_what_its_ranking_does() -> None:
    judge = Validation(ASKED, LIVE, EVEN, 5)
    found = judge.gained(RIGHT)
    mean = float(judge.scores(RIGHT, EVEN).mean() - judge.scores(LIVE, EVEN).mean())
    assert found.mean == pytest.approx(mean)
    assert mean > 0.5
    assert found.low > 0
    assert (found.queries, found.groups) == (len(VALIDATION), len(VALIDATION))
    assert judge.gained(LIVE).mean == pytest.approx(0.0, abs=1e-9), "no words to weigh: it is what serves"


def test_weights_alone_gain_over_those_of_today() -> None:
    """Words lead astray, so who trusts them loses: live serves by nearly words alone."""
    named = [replace(query, text=f"w{NAMES[(at + 1) % len(NAMES)]}") for at, query in enumerate(VALIDATION)]
    asked = replace(ASKED, validation=tuple(named))
    poor = Validation(asked, RIGHT, Fusion(dense=0.05), 5)
    assert poor.gained(RIGHT).mean > 0.2
    best = Validation(asked, RIGHT, Fusion(dense=0.95), 5)
    assert best.gained(RIGHT).mean == pytest.approx(0.0, abs=1e-6)


def test_test_queries_have_no_part_in_it() -> None:
    queries = PASSAGES + len(ASKED.queries)
    spoilt: Vectors = RIGHT.copy()
    spoilt[PASSAGES:queries] = -1.0
    assert Validation(ASKED, LIVE, EVEN, 5).gained(spoilt) == Validation(ASKED, LIVE, EVEN, 5).gained(RIGHT)


def test_labels_are_those_that_are_corrected_where_there_are_any() -> None:
    wrong = Labels(tuple({NAMES[0]: 1.0, next(iter(query.relevant)): -1.0} for query in VALIDATION))
    asked = replace(ASKED, validation_labels=wrong)
    assert Validation(asked, LIVE, EVEN, 5).gained(RIGHT).mean < 0
