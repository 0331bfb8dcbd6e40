"""The process that learns: `python -m trainer.learning.process JOB.json`, killed and resumed at will.

Several of them may learn together (`trainer.learning.together`). Progress goes to standard output as JSON lines {step,
total, loss, eta_s, validation}; SIGTERM leaves a checkpoint and ends.
"""

import shutil
import signal
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from trainer.learning import together
from trainer.learning.child import Cancelled, work
from trainer.learning.contrastive import contrastive_trainer
from trainer.learning.job import FitJob
from trainer.learning.monitor import Monitor

_STATE = "checkpoints"


class FittingProcess:
    """What a rung is given (`trainer.learning.rungs.Fitting`). Weights are loaded and trained at full precision."""

    def __init__(self, job: FitJob, path: Path) -> None:
        self.job = job
        self.model = SentenceTransformer(str(job.parent)).float()  # in half precision the first step ends in NaN
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = job.rules.dropout
        self._monitor = Monitor(job, self.model)
        self._state = path.parent / _STATE
        self._checkpoint = _checkpoint(path, job)
        self.resumed = self._checkpoint is not None

    def cancel(self) -> None:
        """Ask the stage at work to leave a checkpoint and end."""
        self._monitor.cancelled = True

    def cancelled(self) -> bool:
        """Return whether `cancel` was called."""
        return self._monitor.cancelled

    def contrast(self) -> None:
        """Run the contrastive stage, from its checkpoint when there is one."""
        if not self.resumed and together.rank() == 0:
            self.job.output.with_suffix(".best").unlink(missing_ok=True)
        trainer = contrastive_trainer(self.model, self.job, self._monitor, self._state)
        trainer.train(resume_from_checkpoint=self._checkpoint)


def fit(path: Path) -> None:
    """Run the job in the file, from its checkpoint when it has one, by the rung that it names."""
    job = FitJob.model_validate_json(path.read_bytes())
    together.join()
    torch.set_num_threads(job.rules.threads)
    torch.manual_seed(job.rules.seed)
    fitting = FittingProcess(job, path)
    signal.signal(signal.SIGTERM, lambda *_: fitting.cancel())
    job.rules.loaded_rung().fit(fitting)
    if fitting.cancelled():
        raise Cancelled("asked to stop")


def _checkpoint(path: Path, job: FitJob) -> str | None:
    """Return the newest checkpoint if it was left by this very job; what another job left is not used."""
    if together.rank() > 0:
        together.wait()
        return _newest(path, job)
    found = _newest(path, job)
    together.wait()
    return found


def _newest(path: Path, job: FitJob) -> str | None:
    mark = path.parent / f"{path.stem}.fingerprint"
    if mark.is_file() and mark.read_text() == job.fingerprint():
        found = sorted((path.parent / _STATE).glob("checkpoint-*"), key=lambda state: int(state.name.split("-")[1]))
        whole = [state for state in found if (state / "trainer_state.json").is_file()]
        return str(whole[-1]) if whole else None
    shutil.rmtree(path.parent / _STATE, ignore_errors=True)
    mark.write_text(job.fingerprint())
    return None


if __name__ == "__main__":
    work(fit)
