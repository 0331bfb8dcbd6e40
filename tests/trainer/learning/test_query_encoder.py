"""The job of learning to read queries: whatever decides what is learned is in its fingerprint."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from trainer.learning.query_encoder import QueryJob, QueryRules

JOB = QueryJob(
    parent=Path("live"), output=Path("out"), documents="a" * 64, vectors=Path("documents.npy"), hashed="1",
    rules=QueryRules(), anchors=("one",), own=(0,), never=((),), weights=(1.0,),
)  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [{"hashed": "2"}, {"rules": QueryRules(rank=4)}, {"never": ((1,),)}, {"weights": (2.0,)}, {"anchors": ("two",)}],
)
def test_another_job_has_another_fingerprint(changed: dict[str, object]) -> None:
    assert JOB.model_copy(update=changed).fingerprint() != JOB.fingerprint()


def test_it_is_the_same_after_it_was_written_and_read() -> None:
    assert QueryJob.model_validate_json(JOB.model_dump_json()).fingerprint() == JOB.fingerprint()


@pytest.mark.parametrize("wrong", [{"rank": 0}, {"epochs": 0}, {"learning_rate": 0.0}, {"rounds": 3}])
def test_rules_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QueryRules.model_validate(wrong)
