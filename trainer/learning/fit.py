"""The fitting process from outside: run, resumed, and not run again once it is done."""

import shutil
import threading
from pathlib import Path

from trainer.learning import child
from trainer.learning.child import OnProgress
from trainer.learning.job import FitJob


def run(job: FitJob, directory: Path, on_progress: OnProgress, stop: threading.Event, attempts: int) -> Path:
    """Learn in a child process and return the model's directory; what `directory` holds is taken up.

    Raises as `trainer.learning.child.run` does.
    """
    path, done = directory / "fit.json", directory / "fit.done"
    if done.is_file() and done.read_text() == job.fingerprint():
        return job.output
    done.unlink(missing_ok=True)
    path.write_text(job.model_dump_json())
    child.run("trainer.learning.process", path, on_progress, stop, attempts)
    done.write_text(job.fingerprint())
    shutil.rmtree(directory / "checkpoints", ignore_errors=True)
    return job.output
