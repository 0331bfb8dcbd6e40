"""The contrastive stage: planned batches, missing negatives, a learning rate that is zero in time."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from transformers import TrainerCallback

from retrieval.prompts import Prompts
from trainer.learning import together
from trainer.learning.job import FitJob
from trainer.learning.loss import WeightedRankingLoss, labels


class PlannedBatches(DefaultBatchSampler):
    """The batches of the job, one plan for each epoch, instead of the library's own sampling.

    Of several processes each takes every so many-th batch, and all as many: the first ones once more where some lack.
    """

    plans: tuple[tuple[tuple[int, ...], ...], ...] = ()

    def __iter__(self) -> Any:  # noqa: ANN401  # an iterator of lists of row numbers
        plan, processes = self.plans[self.epoch % len(self.plans)], together.size()
        for step in range(len(self)):
            yield list(plan[(step * processes + together.rank()) % len(plan)])

    def __len__(self) -> int:
        return ceil(len(self.plans[self.epoch % len(self.plans)]) / together.size())


@dataclass
class Collate(SentenceTransformerDataCollator):
    """Texts of a batch to tensors; empty negatives are left out instead of embedded.

    The label is each row's weight; where a batch holds barred pairs of the job, they follow it (`WeightedRankingLoss`).
    """

    barred: Collection[tuple[int, int]] = frozenset()
    barred_negatives: Collection[tuple[int, int]] = frozenset()

    def __call__(self, features: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the tensors of anchors and positives (all rows) and of negatives (the rows that have one)."""
        batch = super().__call__([{name: row[name] for name in ("anchor", "positive", "label")} for row in features])
        having = [row for row in features if row["negative"]]
        numbers, bringing = [row["row"] for row in features], [row["row"] for row in having]
        batch["label"] = labels(batch["label"], numbers, bringing, self.barred, self.barred_negatives)
        return batch | (super().__call__([{"negative": row["negative"]} for row in having]) if having else {})


class ContrastiveTrainer(SentenceTransformerTrainer):
    """The library's trainer with a learning rate that reaches zero at the last step or at the last second."""

    deadline_s: float = float("inf")

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the planned batches of this process; the library would divide them once more."""
        if together.size() == 1:
            return super().get_train_dataloader()
        loader = self._build_dataloader(self.train_dataset, self.args.train_batch_size, dataset_kind="train")
        sampler = loader.batch_sampler
        assert isinstance(sampler, PlannedBatches)  # asked for below
        loader.set_epoch = sampler.set_epoch
        return loader

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Leave it out: it embeds sample texts for a card that this project writes itself."""

    def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None) -> LambdaLR:
        """Return linear warm-up and decay over whichever is further on, steps or time."""
        warm = max(1.0, num_training_steps * float(self.args.warmup_steps or 0.0))
        started = time.monotonic()

        def factor(step: int) -> float:
            # In coarse steps: time that does not run short must not make two equal jobs differ.
            spent = together.agreed(int(20 * (time.monotonic() - started) / self.deadline_s) / 20)
            return min(1.0, (step + 1) / warm) * max(0.0, 1.0 - max(step / num_training_steps, spent))

        chosen = optimizer or self.optimizer
        assert chosen is not None  # the library makes it before the schedule
        self.lr_scheduler = LambdaLR(chosen, factor)
        return self.lr_scheduler


def contrastive_trainer(
    model: SentenceTransformer, job: FitJob, monitor: TrainerCallback, state: Path
) -> ContrastiveTrainer:
    """Return the trainer of the job's rows, which writes checkpoints below `state` and calls `monitor`."""
    rules, prompts = job.rules, Prompts.of(job.parent)
    gpu = torch.cuda.is_available()
    PlannedBatches.plans = job.batches
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(state),
        use_cpu=not gpu,
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
    )
    # One process with several GPUs would cut every batch into parts, one for each, and compare within them.
    arguments._n_gpu = min(1, arguments.n_gpu)  # there is no other way to say so
    if not gpu:  # "cpu:1", where the library puts a second process, cannot be read back from a checkpoint
        vars(arguments)["_setup_devices"] = torch.device("cpu")
    trainer = ContrastiveTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict(
            {
                "anchor": [prompts.query + row.anchor for row in job.rows],
                "positive": [prompts.passage + row.positive for row in job.rows],
                "negative": [row.negative and prompts.passage + row.negative for row in job.rows],
                "label": [row.weight for row in job.rows],
                "row": list(range(len(job.rows))),
            }
        ),
        data_collator=Collate(preprocess_fn=model.preprocess, barred=job.barred, barred_negatives=job.barred_negatives),
        loss=WeightedRankingLoss(model, scale=rules.scale, size=rules.batch_size),
        callbacks=[monitor],
    )
    trainer.deadline_s = rules.max_seconds
    return trainer
