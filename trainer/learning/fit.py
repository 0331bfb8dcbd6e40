"""A process that learns from outside: run, resumed, and not run again once it is done."""

import shutil
import threading
from pathlib import Path

from trainer.learning import child
from trainer.learning.child import OnProgress
from trainer.learning.job import FitJob
from trainer.learning.query_encoder import QueryJob

FIT, QUERIES = ("fit", "trainer.learning.process"), ("queries", "trainer.learning.query_process")
"""What the files of a job are called, and what learns it."""


def run(job: FitJob | QueryJob, directory: Path, on_progress: OnProgress, stop: threading.Event, attempts: int) -> Path:
    """Learn in a child process and return the directory of what it made; what `directory` holds is taken up.

    Raises as `trainer.learning.child.run` does.
    """
    name, module = FIT if isinstance(job, FitJob) else QUERIES
    path, done = directory / f"{name}.json", directory / f"{name}.done"
    if done.is_file() and done.read_text() == job.fingerprint():
        return job.output
    done.unlink(missing_ok=True)
    path.write_text(job.model_dump_json())
    child.run(module, path, on_progress, stop, attempts, job.rules.processes if isinstance(job, FitJob) else 1)
    done.write_text(job.fingerprint())
    shutil.rmtree(directory / "checkpoints", ignore_errors=True)
    return job.output
