from pathlib import Path

from tests.trainer.learning.fitting import job_for
from trainer.learning.job import FitJob


def test_a_fingerprint_is_the_jobs_own(tmp_path: Path) -> None:
    job = job_for(tmp_path, tmp_path)
    assert FitJob.model_validate_json(job.model_dump_json()).fingerprint() == job.fingerprint()
    assert job_for(tmp_path, tmp_path, steps=3).fingerprint() != job.fingerprint()
    assert job_for(tmp_path, tmp_path, rung="masked").fingerprint() != job.fingerprint()
    other = job.model_copy(update={"rules": job.rules.model_copy(update={"seed": 99})})
    assert other.fingerprint() != job.fingerprint()
