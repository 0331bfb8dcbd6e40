"""A plain script of the library, in a process of its own: its loss with in-batch negatives, the same pairs, as long.

What somebody would write who reads the library's first page: pairs in random batches without repeated texts, the loss
as it comes, three passes at most, a learning rate that falls to zero by the end of the time.
"""

import time
from pathlib import Path

import torch
from datasets import Dataset
from pydantic import BaseModel, ConfigDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from transformers import TrainerCallback, TrainerControl, TrainerState

from trainer.learning.child import report_progress, work
from trainer.learning.contrastive import ContrastiveTrainer

PASSES = 3


class PlainJob(BaseModel):
    """Learn `pairs` (query, text) from the model in `parent` for `seconds`, at the peak `rate`; write to `output`."""

    model_config = ConfigDict(frozen=True)
    parent: Path
    output: Path
    pairs: tuple[tuple[str, str], ...]
    rate: float
    seconds: float
    tokens: int
    batch: int
    threads: int
    seed: int


class Deadline(TrainerCallback):
    """Ends the training in time and tells how many pairs it has seen."""

    def __init__(self, job: PlainJob) -> None:
        self._job, self._began = job, time.monotonic()

    def on_step_end(self, args: object, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Stop once the time is over."""
        spent = time.monotonic() - self._began
        control.should_training_stop = control.should_training_stop or spent >= self._job.seconds
        report_progress(step=state.global_step, total=state.max_steps)


def learn(path: Path) -> None:
    """Run the job in the file."""
    job = PlainJob.model_validate_json(path.read_bytes())
    torch.set_num_threads(job.threads)
    gpu = torch.cuda.is_available()
    model = SentenceTransformer(str(job.parent), local_files_only=True).float()
    limit, model.max_seq_length = model.max_seq_length, job.tokens
    trainer = ContrastiveTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(job.output.with_suffix(".state")), num_train_epochs=PASSES, warmup_steps=0.1,
            per_device_train_batch_size=job.batch, learning_rate=job.rate, batch_sampler="no_duplicates",
            save_strategy="no", logging_strategy="no", report_to=[], disable_tqdm=True, seed=job.seed,
            dataloader_pin_memory=gpu,
            bf16=gpu and torch.cuda.is_bf16_supported(), fp16=gpu and not torch.cuda.is_bf16_supported(),
        ),
        train_dataset=Dataset.from_dict(
            {"anchor": [query for query, _ in job.pairs], "positive": [text for _, text in job.pairs]}
        ),
        loss=MultipleNegativesRankingLoss(model),
        callbacks=[Deadline(job)],
    )  # fmt: skip
    trainer.deadline_s = job.seconds
    trainer.train()
    model.max_seq_length = limit
    model.save_pretrained(str(job.output), create_model_card=False)


if __name__ == "__main__":
    work(learn)
