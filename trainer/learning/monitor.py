"""What watches the contrastive stage: progress, validation, the best weights, the time limit, the request to stop."""

import math
import time
from statistics import fmean

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers import TrainerCallback, TrainerControl, TrainerState

from retrieval.metrics import reciprocal_rank
from retrieval.prompts import chosen
from trainer.learning import together
from trainer.learning.child import report_progress
from trainer.learning.job import FitJob, Validation


class Monitor(TrainerCallback):
    """Reports progress, keeps the best weights, and stops in time or when asked."""

    def __init__(self, job: FitJob, model: SentenceTransformer) -> None:
        self._job, self._model, self._limit = job, model, model.max_seq_length
        self._note = job.output.with_suffix(".best")
        self._started, self._first, self._loss = time.monotonic(), 0, 0.0
        self.cancelled, self._looked_at = False, -1
        _read(model, job.rules.max_tokens)

    def on_train_begin(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Remember where a resumed run takes up; one that begins may end with the weights that it began with."""
        self._first = state.global_step
        if state.global_step == 0 and state.is_world_process_zero and not self.cancelled:
            self.keep_best(0)

    def on_step_end(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Report, and decide whether to save or to stop."""
        spent, done = time.monotonic() - self._started, state.global_step - self._first
        self.cancelled = together.any_of(self.cancelled)
        if self.cancelled or together.any_of(spent >= self._job.rules.max_seconds):
            control.should_training_stop = control.should_save = True
        left = spent / done * (state.max_steps - state.global_step)
        if state.is_world_process_zero:
            report_progress(step=state.global_step, total=state.max_steps, loss=self._loss, eta_s=round(left, 1))
        last = state.global_step >= state.max_steps or control.should_training_stop
        every = max(1, state.max_steps // self._job.rules.checkpoints)
        due = state.global_step % every == 0 and state.max_steps - state.global_step >= every
        if (last or due) and not self.cancelled:
            control.should_save = not last
            if state.is_world_process_zero:
                self.keep_best(state.global_step)

    def on_train_end(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Keep the last weights where a later epoch has fewer batches than the first, by which steps are counted."""
        if state.is_world_process_zero and not self.cancelled and self._looked_at < state.global_step:
            self.keep_best(state.global_step)

    def on_log(
        self,
        args: object,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: object,
    ) -> None:
        """Note the newest loss."""
        self._loss = round((logs or {}).get("loss", self._loss), 4)

    def keep_best(self, step: int) -> None:
        """Save the weights unless an earlier checkpoint ranked the validation queries better."""
        self._looked_at = step
        score = validate(self._model, self._job.validation)
        report_progress(step=step, validation=round(score, 4))
        best = float(self._note.read_text()) if self._note.is_file() else -1.0
        if score >= best:
            training_limit = self._model.max_seq_length
            _read(self._model, self._limit)
            self._model.save_pretrained(str(self._job.output), create_model_card=False)
            _read(self._model, training_limit)
            self._note.write_text(str(score))


def validate(model: SentenceTransformer, task: Validation) -> float:
    """Return MRR@10 of the model on the validation queries; 0 when there are none."""
    if not task.queries:
        return 0.0
    was_training = model.training
    model.eval()
    prompts = chosen(model.prompts, model.default_prompt_name)
    texts, queries = (
        model.encode(list(some), prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
        for some, prompt in ((task.texts, prompts.passage), (task.queries, prompts.query))
    )
    model.train(was_training)
    ranked = np.argsort(-(queries @ texts.T), axis=1)[:, :10].tolist()
    return fmean(
        reciprocal_rank(row, dict.fromkeys(relevant, 1.0), 10)
        for row, relevant in zip(ranked, task.relevant, strict=True)
    )


def _read(model: SentenceTransformer, tokens: float | None) -> None:
    """Let a model read so many word pieces of a text; one of static vectors reads all, and cannot be told."""
    if tokens is not None and math.isfinite(model.max_seq_length or 0):
        model.max_seq_length = int(tokens)
