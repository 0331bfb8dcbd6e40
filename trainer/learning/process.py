"""The process that learns: `python -m trainer.fit_process JOB.json` (or under `torchrun`), killed and resumed at will.

Progress goes to standard output as JSON lines {step, total, loss, eta_s, note}; SIGTERM leaves a checkpoint and ends.
"""

import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from transformers import TrainerCallback, TrainerControl, TrainerState

from trainer.learning.child import Cancelled, say, work
from trainer.learning.job import FitJob, Validation
from trainer.learning.loss import WeightedRankingLoss
from trainer.learning.masked_language import continue_pretraining

_STATE = "checkpoints"


class PlannedBatches(DefaultBatchSampler):
    """The batches of the job, one plan for each epoch, instead of the library's own sampling."""

    plans: tuple[tuple[tuple[int, ...], ...], ...] = ()

    def __iter__(self) -> Any:  # noqa: ANN401  # an iterator of lists of row numbers
        yield from map(list, self.plans[self.epoch % len(self.plans)])

    def __len__(self) -> int:
        return len(self.plans[self.epoch % len(self.plans)])


class Collate(SentenceTransformerDataCollator):
    """Texts of a batch to tensors; empty negatives are left out instead of embedded."""

    def __call__(self, features: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the tensors of anchors and positives (all rows) and of negatives (the rows that have one)."""
        batch = super().__call__([{name: row[name] for name in ("anchor", "positive", "label")} for row in features])
        negatives = [{"negative": row["negative"]} for row in features if row["negative"]]
        return batch | (super().__call__(negatives) if negatives else {})


class Trainer(SentenceTransformerTrainer):
    """The library's trainer with a learning rate that reaches zero at the last step or at the last second."""

    deadline_s: float = float("inf")

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Leave it out: it embeds sample texts for a card that this project writes itself."""

    def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None) -> LambdaLR:
        """Return linear warm-up and decay over whichever is further on, steps or time."""
        warm = max(1.0, num_training_steps * float(self.args.warmup_steps or 0.0))
        started = time.monotonic()

        def factor(step: int) -> float:
            # In coarse steps: time that does not run short must not make two equal jobs differ.
            spent = int(20 * (time.monotonic() - started) / self.deadline_s) / 20
            return min(1.0, (step + 1) / warm) * max(0.0, 1.0 - max(step / num_training_steps, spent))

        chosen = optimizer or self.optimizer
        assert chosen is not None  # the library makes it before the schedule
        self.lr_scheduler = LambdaLR(chosen, factor)
        return self.lr_scheduler


class Watch(TrainerCallback):
    """Tells of progress, keeps the best weights, and stops in time or when asked."""

    def __init__(self, job: FitJob, model: SentenceTransformer) -> None:
        self._job, self._model, self._limit = job, model, model.max_seq_length
        self._note = job.output.with_suffix(".best")
        self._started, self._first, self._loss = time.monotonic(), 0, 0.0
        self.cancelled = False
        model.max_seq_length = job.rules.max_tokens

    def on_train_begin(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Remember where a resumed run takes up."""
        self._first = state.global_step

    def on_step_end(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Tell, and decide whether to save or to stop."""
        spent, done = time.monotonic() - self._started, state.global_step - self._first
        if self.cancelled or spent >= self._job.rules.max_seconds:
            control.should_training_stop = control.should_save = True
        if not state.is_world_process_zero:
            return  # under torchrun one process speaks and saves for all
        left = spent / done * (state.max_steps - state.global_step)
        say(step=state.global_step, total=state.max_steps, loss=self._loss, eta_s=round(left, 1))
        last = state.global_step >= state.max_steps or control.should_training_stop
        every = max(1, state.max_steps // self._job.rules.checkpoints)
        due = state.global_step % every == 0 and state.max_steps - state.global_step >= every
        if (last or due) and not self.cancelled:
            control.should_save = not last
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
        score = validate(self._model, self._job.validation)
        say(step=step, validation=round(score, 4))
        best = float(self._note.read_text()) if self._note.is_file() else -1.0
        if score >= best:
            training_limit = self._model.max_seq_length
            self._model.max_seq_length = self._limit
            self._model.save_pretrained(str(self._job.output), create_model_card=False)
            self._model.max_seq_length = training_limit
            self._note.write_text(str(score))


def validate(model: SentenceTransformer, task: Validation) -> float:
    """Return MRR@10 of the model on the validation queries; 0 when there are none."""
    if not task.queries:
        return 0.0
    was_training = model.training
    model.eval()
    texts = model.encode(list(task.texts), normalize_embeddings=True, show_progress_bar=False)
    queries = model.encode(list(task.queries), normalize_embeddings=True, show_progress_bar=False)
    model.train(was_training)
    ranks = np.argsort(-(queries @ texts.T), axis=1)[:, :10]
    firsts = [
        next((1 / n for n, place in enumerate(row, 1) if place in relevant), 0.0)
        for row, relevant in zip(ranks.tolist(), task.relevant, strict=True)
    ]
    return float(np.mean(firsts))


def fit(path: Path) -> None:
    """Run the job in the file, from its checkpoint when it has one."""
    job = FitJob.model_validate_json(path.read_bytes())
    torch.set_num_threads(job.rules.threads)
    torch.manual_seed(job.rules.seed)
    model = SentenceTransformer(str(job.parent))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = job.rules.dropout
    watch = Watch(job, model)
    signal.signal(signal.SIGTERM, lambda *_: setattr(watch, "cancelled", True))
    checkpoint = _checkpoint(path, job)
    if checkpoint is None:
        job.output.with_suffix(".best").unlink(missing_ok=True)
    if checkpoint is None and job.rules.masked_language_steps:
        continue_pretraining(model, job, lambda: watch.cancelled)
    trainer = _trainer(model, job, watch, path.parent / _STATE)
    trainer.train(resume_from_checkpoint=checkpoint)
    if watch.cancelled:
        raise Cancelled("asked to stop")


def _trainer(model: SentenceTransformer, job: FitJob, watch: Watch, state: Path) -> Trainer:
    rules = job.rules
    gpu = torch.cuda.is_available()
    PlannedBatches.plans = job.batches
    trainer = Trainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(state),
            num_train_epochs=rules.epochs,
            max_steps=rules.max_steps or -1,
            per_device_train_batch_size=rules.batch_size,
            learning_rate=rules.learning_rate,
            warmup_steps=rules.warmup,
            batch_sampler=PlannedBatches,
            bf16=gpu and torch.cuda.is_bf16_supported(),
            fp16=gpu and not torch.cuda.is_bf16_supported(),
            logging_strategy="steps",
            logging_steps=1,
            save_strategy="no",
            save_total_limit=1,
            report_to=[],
            disable_tqdm=True,
            seed=rules.seed,
            dataloader_pin_memory=gpu,
        ),
        train_dataset=Dataset.from_dict(
            {
                "anchor": [row.anchor for row in job.rows],
                "positive": [row.positive for row in job.rows],
                "negative": [row.negative for row in job.rows],
                "label": [row.weight for row in job.rows],
            }
        ),
        data_collator=Collate(preprocess_fn=model.preprocess),
        loss=WeightedRankingLoss(model, scale=rules.scale),
        callbacks=[watch],
    )
    trainer.deadline_s = rules.max_seconds
    return trainer


def _checkpoint(path: Path, job: FitJob) -> str | None:
    """Return the newest checkpoint if it was left by this very job; what another job left is not used."""
    mark = path.parent / f"{path.stem}.fingerprint"
    if mark.is_file() and mark.read_text() == job.fingerprint():
        found = sorted((path.parent / _STATE).glob("checkpoint-*"), key=lambda place: int(place.name.split("-")[1]))
        whole = [place for place in found if (place / "trainer_state.json").is_file()]
        return str(whole[-1]) if whole else None
    mark.write_text(job.fingerprint())
    return None


if __name__ == "__main__":
    work(fit)
